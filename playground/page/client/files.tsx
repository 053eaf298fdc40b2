/** Files and canvases as attachments that open when they are clicked. */
import { useState } from 'react';
import type { OpenedFile } from '../../slack/types.ts';
import { Dialog } from './dialog.tsx';
import { useWorld } from './world.ts';

export function Files({ ids }: { ids: string[] }) {
  const { parts } = useWorld();
  const files = ids.flatMap((id) => parts[`file ${id}`] ?? []);
  return files.length > 0 && <FileList files={files} />;
}

export function FileList({ files }: { files: OpenedFile[] }) {
  const [open, setOpen] = useState<OpenedFile | null>(null);
  return (
    <ul className="files">
      {files.map((file) => (
        <li key={file.id}>
          <button type="button" className="file" onClick={() => setOpen(file)}>
            {file.kind === 'canvas' ? '📝' : '📄'} <strong>{file.title}</strong>{' '}
            <span className="quiet">
              {file.kind === 'canvas' ? 'Canvas' : `${file.name}, ${file.size} bytes`}
            </span>
          </button>
        </li>
      ))}
      {open && (
        <Dialog title={open.title} onClose={() => setOpen(null)}>
          <pre className="file-text">
            {isText(open) ? open.text : `${open.mimetype}: nothing to read here`}
          </pre>
        </Dialog>
      )}
    </ul>
  );
}

const isText = ({ kind, mimetype }: OpenedFile): boolean =>
  kind === 'canvas' || /^text\/|json/.test(mimetype);

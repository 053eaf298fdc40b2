/** Files and canvases as attachments and links that open when they are clicked. */
import { type ReactNode, useState } from 'react';
import type { OpenedFile } from '../../slack/types.ts';
import { Dialog } from './dialog.tsx';
import { useWorld } from './world.ts';

export function Files({ ids }: { ids: string[] }) {
  const { parts } = useWorld();
  const files = ids.flatMap((id) => parts[`file ${id}`] ?? []);
  return files.length > 0 && <FileList files={files} />;
}

export function FileList({ files }: { files: OpenedFile[] }) {
  return (
    <ul className="files">
      {files.map((file) => (
        <li key={file.id}>
          <FileButton file={file} className="file">
            {file.kind === 'canvas' ? '📝' : '📄'} <strong>{file.title}</strong>{' '}
            <span className="quiet">
              {file.kind === 'canvas' ? 'Canvas' : `${file.name}, ${file.size} bytes`}
            </span>
          </FileButton>
        </li>
      ))}
    </ul>
  );
}

interface FileButtonProps {
  file: OpenedFile;
  className: 'file' | 'link';
  children: ReactNode;
}

export function FileButton({ file, className, children }: FileButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={className} onClick={() => setOpen(true)}>
        {children}
      </button>
      {isOpen && (
        <Dialog title={file.title} onClose={() => setOpen(false)}>
          <pre className="file-text">
            {isText(file) ? file.text : `${file.mimetype}: nothing to read here`}
          </pre>
        </Dialog>
      )}
    </>
  );
}

const isText = ({ kind, mimetype }: OpenedFile): boolean =>
  kind === 'canvas' || /^text\/|json/.test(mimetype);

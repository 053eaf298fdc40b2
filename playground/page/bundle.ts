/** The page's script and style, bundled when the playground starts. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const file = (name: string) => fileURLToPath(new URL(`client/${name}`, import.meta.url));

export async function bundlePage(): Promise<{ script: string; style: string }> {
  const { outputFiles } = await build({
    entryPoints: [file('page.tsx'), file('page.css')],
    bundle: true,
    write: false,
    minify: true,
    outdir: '/',
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { script: text('.js'), style: text('.css') };
}

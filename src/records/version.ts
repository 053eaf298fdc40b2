/** What a version is in an image's tag, told apart from tags such as `latest` that move. No I/O here. */

/** What Docker allows as a tag (Docker documentation). */
const tagGrammar = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** 42, v1, 1.2.3, v1.2.3-rc.1, 2026.11.20-abc1234. */
const numbered = /^v?\d+(\.\d+)*([._-][A-Za-z0-9]+)*$/i;
/** A commit, short or whole. */
const commit = /^[0-9a-f]{7,40}$/i;
/** What build pipelines put before a number or a commit: sha-abc1234, release-1.2.3. */
const prefix = /^(sha|git|build|rel|release)[._-]/i;

/** True where a registry would take the text as a tag. */
export const isTag = (text: string): boolean => tagGrammar.test(text);

/** True for a tag that names one build: `v1.2.3`, `2026.11.20-abc1234`, a commit; false for `latest` or `main`. */
export function looksLikeVersion(tag: string): boolean {
  const bare = tag.replace(prefix, '');
  return isTag(tag) && (numbered.test(bare) || commit.test(bare));
}

/** True where two tags mean the same version: `v1.2.3` is `1.2.3`; all else must be equal. */
export const sameVersion = (a: string, b: string): boolean => bareNumber(a) === bareNumber(b);

const bareNumber = (tag: string): string => tag.replace(/^v(?=\d)/i, '');

/** From the text that Slack sends with a slash command to words and flags, with Slack's formatting undone. */

/** One word as typed. `start` and `end` say where it stands in `Words.text`. */
export interface Word {
  /** Without quotes, backticks and invisible characters: for names and versions. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
  /** Stood in quotes and holds more than one word: never a name. */
  readonly phrase: boolean;
}
export interface Words {
  /** The whole text with Slack's formatting undone. */
  readonly text: string;
  readonly words: readonly Word[];
}

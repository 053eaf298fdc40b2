/** What Slack's message composer makes of what a person types. */
import type { State } from './state.ts';

/** Slack always escapes these three (Slack documentation). */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `@name`, `@group`, `@here` and `#channel` as the control sequences that Slack stores. */
export function withMentions(state: State, text: string): string {
  return text
    .replace(/(^|[\s(])@([\w.-]+)/g, (whole, before: string, name: string) => {
      const mention = mentionOf(state, name);
      return mention ? `${before}${mention}` : whole;
    })
    .replace(/(^|[\s(])#([\w-]+)/g, (whole, before: string, name: string) => {
      const channel = [...state.channels.values()].find((one) => one.name === name);
      return channel ? `${before}<#${channel.id}|${name}>` : whole;
    });
}

/** What desktop and phone keyboards and the composer do to a command line: curly quotes, long dashes, links. */
export function autoformatted(text: string): string {
  return text
    .replace(/(^|[\s([{=])"/g, '$1“')
    .replaceAll('"', '”')
    .replace(/(^|[\s([{=])'/g, '$1‘')
    .replaceAll("'", '’')
    .replace(/(^|\s)--(?=\w)/g, '$1—')
    .replaceAll('...', '…')
    .replace(/\bhttps?:\/\/[^\s<>]+/g, (url) => `<${url}>`)
    .replace(/(?<![<\w@./|:])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, (mail) => `<mailto:${mail}|${mail}>`)
    .replace(
      /(?<![<\w@./|:-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|app)\b(?![\w@>|-])/gi,
      (host) => `<http://${host}|${host}>`,
    );
}

function mentionOf(state: State, name: string): string | undefined {
  if (['here', 'channel', 'everyone'].includes(name)) return `<!${name}>`;
  if (name === state.bot.name) return `<@${state.bot.id}>`;
  const person = [...state.people.values()].find((one) => one.name === name);
  if (person) return `<@${person.id}>`;
  const group = state.groups.find((one) => one.handle === name);
  return group && `<!subteam^${group.id}|@${group.handle}>`;
}

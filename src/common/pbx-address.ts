const SCHEME = /^\s*(?:sips?|tel):(?:\/\/)?/i;
/** A channel is written `<technology>/<name>`, with further segments in between for some technologies. */
const CHANNEL = /^[a-z][\w.+-]*\/(?:.*\/)?(.*)$/i;
/** A number with a port, or with the key that ends the dialling. */
const DIALLED = /^(\+?\d+)(?::\d{1,5}|#)$/;
/** The number that a PBX adds to the name of a channel; after a name with letters it is at least 6 hex digits long. */
const CHANNEL_NUMBER = /^(?:(\+?\d+)-[\da-f]+|(.+)-(?=[a-f]*\d)[\da-f]{6,})$/i;

/**
 * The extension, name or number in an address of the PBX. Removes a display name, a scheme, a host, parameters, and the
 * technology and number of a channel: `"Desk 4" <sip:201@pbx.local>`, `PJSIP/201-0000002a` and `Local/201@ctx-0000;1`
 * all become `201`. Other text stays as it is. Never throws.
 */
export function userPartOf(text: string): string {
  const address = decoded(addressIn(text))
    .replace(SCHEME, '')
    .replace(/[@;?].*$/s, '')
    .trim()
    .replace(DIALLED, '$1');
  const channel = CHANNEL.exec(address)?.[1];
  if (channel === undefined) return address;
  const [, digits, name] = CHANNEL_NUMBER.exec(channel) ?? [];
  return (digits ?? name ?? channel).replace(SCHEME, '');
}

/** What stands between angle brackets, if anything does. */
function addressIn(text: string): string {
  const bracketed = /<([^<>]*)/.exec(text)?.[1]?.trim();
  return bracketed === undefined || bracketed === '' ? text.replace(/<\s*>?/, '').trim() : bracketed;
}

function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

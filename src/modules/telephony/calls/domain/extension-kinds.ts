/** What is configured about extensions: which are machines, and which are members of groups. */
export interface ExtensionKinds {
  /** Voicemails, menus and queues, in lower case. */
  readonly unattended: ReadonlySet<string>;
  /** Extensions of groups, with the extensions of their members. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
}

export const NO_EXTENSION_KINDS: ExtensionKinds = { unattended: new Set(), members: new Map() };

/** @param groups such as `600:201|202|203` */
export function extensionKinds(unattended: readonly string[], groups: readonly string[]): ExtensionKinds {
  return {
    unattended: new Set(unattended.map((extension) => extension.toLowerCase())),
    members: new Map(
      groups.map((group) => {
        const [extension = '', members = ''] = group.split(':');
        return [extension, new Set(members.split('|'))] as const;
      }),
    ),
  };
}

export function isUnattended({ unattended }: ExtensionKinds, extension: string): boolean {
  return unattended.has(extension.toLowerCase());
}

/** The groups that have this extension as a member, sorted. */
export function groupsOf({ members }: ExtensionKinds, extension: string): string[] {
  if (members.size === 0) return [];
  return [...members]
    .filter(([, extensions]) => extensions.has(extension))
    .map(([group]) => group)
    .sort();
}

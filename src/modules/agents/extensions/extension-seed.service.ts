import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { inTransaction } from '../../../database/transaction.js';
import type { Assignment } from './assignment.js';
import { ExtensionChanges } from './extension-changes.service.js';
import type { ExtensionKind } from './extension.entity.js';
import { ExtensionRepository } from './extension.repository.js';
import { extensionKey } from './timeline/extension-timeline.js';

/** Enters what the configuration says of extensions, as far as the table has never known them. */
@Injectable()
export class ExtensionSeed {
  constructor(
    private readonly dataSource: DataSource,
    private readonly extensions: ExtensionRepository,
    private readonly changes: ExtensionChanges,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** @returns how many were entered */
  async seed(): Promise<number> {
    const seeds = seedsOf(this.config.unattended, this.config.groups);
    const names = seeds.map(({ extension }) => extension);
    if (names.length === 0 || isEachIn(names, await this.extensions.everKnown(names))) return 0;
    return inTransaction(this.dataSource, async (manager) => {
      await this.changes.lock(manager);
      // Another instance that starts may have entered them while this one waited.
      const known = await manager.withRepository(this.extensions).everKnown(names);
      const missing = seeds.filter(({ extension }) => !known.has(extension));
      for (const seed of missing) await this.changes.assign(manager, seed, null);
      return missing.length;
    });
  }
}

function isEachIn(names: readonly string[], known: ReadonlySet<string>): boolean {
  return names.every((name) => known.has(name));
}

/** @param groups such as `600:201|202|203` */
export function seedsOf(unattended: readonly string[], groups: readonly string[]): Assignment[] {
  const machines = new Set(unattended.map(extensionKey));
  const members = new Map(
    groups.map((group) => {
      const [extension = '', listed = ''] = group.split(':');
      return [extensionKey(extension), listed.split('|').map(extensionKey)] as const;
    }),
  );
  return [...new Set([...machines, ...members.keys()])].map((extension) => ({
    extension,
    kind: kindOf(machines.has(extension), members.has(extension)),
    userId: null,
    memberUsers: [],
    memberExtensions: members.get(extension) ?? [],
  }));
}

/** A machine that has members rings them: a queue. */
function kindOf(isMachine: boolean, hasMembers: boolean): ExtensionKind {
  if (!isMachine) return 'group';
  return hasMembers ? 'queue' : 'unattended';
}

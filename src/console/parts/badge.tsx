import type { ComponentChildren } from 'preact';
import './badge.css';

interface BadgeProps {
  readonly kind?: 'plain' | 'good' | 'warn' | 'danger';
  readonly children: ComponentChildren;
}

/** A state in a word; its colour says no more than the word does. */
export function Badge({ kind = 'plain', children }: BadgeProps) {
  return <span class={`badge is-${kind}`}>{children}</span>;
}

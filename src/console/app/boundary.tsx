import { Component, type ComponentChildren } from 'preact';
import { shell } from '../i18n/shell.js';

interface BoundaryProps {
  /** Of what is shown. */
  readonly address: string;
  readonly children: ComponentChildren;
}

interface BoundaryState {
  readonly failedAt: string | null;
}

/** Where a view fails to be shown it says so, until the address is another one; the bar above stays. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failedAt: null };

  static override getDerivedStateFromProps(
    { address }: BoundaryProps,
    { failedAt }: BoundaryState,
  ): BoundaryState | null {
    return failedAt === null || failedAt === address ? null : { failedAt: null };
  }

  override componentDidCatch(error: unknown): void {
    this.setState({ failedAt: this.props.address });
    // As it would be without a boundary.
    reportError(error);
  }

  override render({ children }: BoundaryProps, { failedAt }: BoundaryState): ComponentChildren {
    if (failedAt === null) return children;
    return (
      <div class="card error-note" role="alert">
        <p>{shell().viewBroken}</p>
        <button type="button" class="button main" onClick={() => this.setState({ failedAt: null })}>
          {shell().retry}
        </button>
      </div>
    );
  }
}

import { signal } from '@preact/signals';

/** Two tones of an ordinary telephone, in hertz. */
const TONES = [440, 480];
/** On and off, in seconds. */
const ON = 1;
const EVERY_MS = 3000;
const VOLUME = 0.12;
/** Beside a talk. */
const SOFT_VOLUME = 0.02;

let context: AudioContext | null = null;
let timer: ReturnType<typeof setInterval> | null = null;
let sounding: OscillatorNode[] = [];

/** Whether the browser keeps this page silent until somebody clicks into it. */
export const isBlocked = signal(false);

function audio(): AudioContext {
  if (context === null) {
    const made = new AudioContext();
    made.addEventListener('statechange', () => {
      isBlocked.value = made.state !== 'running';
      // Allowed while it rings: it is heard now, not at the next time.
      if (timer !== null) ringOnce();
    });
    isBlocked.value = made.state !== 'running';
    context = made;
  }
  return context;
}

/** To be called by a click or a key: only then may a page begin to sound. */
export async function unblock(): Promise<void> {
  await audio().resume();
}

/** Tries without a click, which some browsers allow on pages that are used often, and shows whether it may. */
export function findOutWhetherBlocked(): void {
  audio();
}

function ringOnce(volume = VOLUME): void {
  const output = audio();
  // A blocked context has no time: its tones would all sound at once when it is allowed to.
  if (output.state !== 'running') return;
  const gain = output.createGain();
  const end = output.currentTime + ON;
  gain.gain.setValueAtTime(0, output.currentTime);
  gain.gain.linearRampToValueAtTime(volume, output.currentTime + 0.03);
  gain.gain.setValueAtTime(volume, end - 0.05);
  gain.gain.linearRampToValueAtTime(0, end);
  gain.connect(output.destination);
  sounding = TONES.map((frequency) => {
    const tone = output.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start();
    tone.stop(end);
    return tone;
  });
}

export async function test(): Promise<void> {
  await unblock();
  ringOnce();
}

/** Once. */
export function ringSoftly(): void {
  ringOnce(SOFT_VOLUME);
}

export function startRinging(): void {
  if (timer !== null) return;
  ringOnce();
  timer = setInterval(() => ringOnce(), EVERY_MS);
}

export function stopRinging(): void {
  if (timer !== null) clearInterval(timer);
  timer = null;
  for (const tone of sounding) tone.stop();
  sounding = [];
}

// Any use of the page is a gesture.
for (const gesture of ['pointerdown', 'keydown'] as const) {
  addEventListener(gesture, () => context !== null && isBlocked.peek() && void unblock(), { passive: true });
}

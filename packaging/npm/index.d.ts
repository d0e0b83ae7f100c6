// SPDX-License-Identifier: LGPL-2.1-or-later
import type { CvPlayer } from './types/player/cv-player.js';
import type { ModelState, ProgramWindow, Property, Result } from './types/core/protocol.js';
import type { SessionError } from './types/core/signaling.js';
import type { PlayerState } from './types/core/store.js';
import type { Picked } from './types/player/pick.js';

export { CvPlayer } from './types/player/cv-player.js';
export type { Picked } from './types/player/pick.js';
export type { Draw, DrawnFrame } from './types/player/overlay.js';
export type { DetectedObject, ModelState, ProgramWindow, Property, Result } from './types/core/protocol.js';

/** What `<cv-player>` fires, by its names. */
export interface CvPlayerEvents {
  'cv-state': CustomEvent<{ state: PlayerState, error: SessionError | null }>;
  'cv-error': CustomEvent<SessionError & { final: boolean }>;
  'cv-result': CustomEvent<Result>;
  'cv-model': CustomEvent<ModelState>;
  'cv-stats': CustomEvent<ReturnType<CvPlayer['report']>>;
  'cv-properties': CustomEvent<readonly Property[]>;
  'cv-window': CustomEvent<ProgramWindow | null>;
  'cv-select': CustomEvent<Picked | null>;
  'cv-setting': CustomEvent<{ name: string, text: string }>;
}

declare global {
  interface HTMLElementTagNameMap { 'cv-player': CvPlayer }
  interface HTMLElementEventMap extends CvPlayerEvents {}
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// As much of dygraphs (https://dygraphs.com/options.html) as the player uses: Debian's package has no types.
declare module 'dygraphs' {
  export default class Dygraph {
    static PLUGINS: { prototype: object }[];
    constructor(place: HTMLElement, rows: (number|null)[][], options: object);
    updateOptions(options: { file: (number|null)[][] }): void;
    destroy(): void;
  }
}

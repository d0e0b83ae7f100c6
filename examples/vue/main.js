// SPDX-License-Identifier: LGPL-2.1-or-later
import 'cv-player';
import { createApp, ref, useTemplateRef } from 'vue/dist/vue.esm-bundler.js';

const app = createApp({
  setup() {
    const player = useTemplateRef('player');
    const state = ref('closed');
    const labels = ref([]);
    const paused = ref(false);
    const turn = () => {
      if (paused.value) player.value.play();
      else player.value.pause();
      paused.value = !paused.value;
    };
    return { state, labels, paused, turn };
  },
  template: `
    <cv-player
      ref="player"
      src="https://camera.example"
      mode="exact"
      @cv-state="state = $event.detail.state"
      @cv-result="labels = $event.detail.objects.map(({ label }) => label)"
    ></cv-player>
    <button @click="turn">{{ paused ? 'Go on' : 'Pause' }}</button>
    <output>{{ state }}: {{ labels.join(', ') }}</output>`,
});
// not a component of Vue's
app.config.compilerOptions.isCustomElement = (tag) => tag === 'cv-player';
app.mount('main');

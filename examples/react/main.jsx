// SPDX-License-Identifier: LGPL-2.1-or-later
// React 19 sets an element's properties, and listens to its events by their names.
import 'cv-player';
import { useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';

function Camera({ src }) {
  const player = useRef(null);
  const [state, setState] = useState('closed');
  const [labels, setLabels] = useState([]);
  const [paused, setPaused] = useState(false);
  const turn = () => {
    if (paused) player.current.play();
    else player.current.pause();
    setPaused(!paused);
  };
  return (
    <>
      <cv-player
        ref={player}
        src={src}
        mode="exact"
        oncv-state={({ detail }) => setState(detail.state)}
        oncv-result={({ detail }) => setLabels(detail.objects.map(({ label }) => label))}
      />
      <button onClick={turn}>{paused ? 'Go on' : 'Pause'}</button>
      <output>{state}: {labels.join(', ')}</output>
    </>
  );
}

createRoot(document.querySelector('main')).render(<Camera src="https://camera.example" />);

// SPDX-License-Identifier: LGPL-2.1-or-later
// Deliberate faults, each with the tests that must notice it. `from` stands once in the file; `to` takes its place.

/** @typedef {{fault: string, file: string, from: string, to: string, tests: string[]}} Mutant */

/** @type {Mutant[]} */
export const mutants = [
  // plugins/core
  { fault: 'many frame ids are one off', file: 'plugins/core/frame_id.h',
    from: 'running_time_ns % 100\'000 * 9 / 100\'000', to: 'running_time_ns % 100\'000 * 9 / 110\'000',
    tests: ['tests/core/frame_id_test.cpp'] },
  { fault: 'a stamp with a wrong checksum is read', file: 'plugins/core/stamp.cpp',
    from: 'reading.valid = code == expected;', to: 'reading.valid = true;',
    tests: ['tests/core/stamp_test.cpp'] },
  { fault: 'circles are found 3 px to the right', file: 'plugins/core/circles.cpp',
    from: 'return {around.x + x, around.y + y,', to: 'return {around.x + x + 3, around.y + y,',
    tests: ['tests/core/circles_test.cpp'] },
  { fault: 'circles are drawn 3 px to the right', file: 'plugins/core/draw.cpp',
    from: 'x(static_cast<float>(circle.x)), y', to: 'x(static_cast<float>(circle.x) + 3), y',
    tests: ['tests/core/draw_test.cpp', 'tests/elements/overlaydraw_test.cpp'] },
  { fault: 'a model that failed is not started again', file: 'plugins/core/model_process.cpp',
    from: 'if (stopping()) return;\n    wait_for_retry();', to: 'return;',
    tests: ['tests/elements/model_faults_test.cpp'] },
  { fault: 'the time until a model is started again never grows', file: 'plugins/core/model_process.cpp',
    from: 'failures_++', to: 'failures_', tests: ['tests/elements/model_faults_test.cpp'] },
  { fault: 'the answer to an interrupted question is taken for that to the next', file: 'plugins/core/model_process.cpp',
    from: 'while (unanswered_ > 0) {', to: 'for (unanswered_ = 1; unanswered_ > 0;) {',
    tests: ['tests/elements/modelproc_test.cpp'] },

  // plugins
  { fault: 'a flush does not end the wait for a model process', file: 'plugins/gstmodelproc.cpp',
    from: 'GST_EVENT_FLUSH_START) process->interrupt();', to: 'GST_EVENT_FLUSH_START) process->resume();',
    tests: ['tests/elements/modelproc_test.cpp'] },
  { fault: 'a flush does not end an inference', file: 'plugins/gstcvdetector.cpp',
    from: 'GST_EVENT_FLUSH_START) timer.interrupt();', to: 'GST_EVENT_FLUSH_START) timer.resume();',
    tests: ['tests/elements/circledetect_test.cpp'] },
  { fault: 'a frame keeps its identity of the run before', file: 'plugins/gstframestamp.cpp',
    from: 'running_time + static_cast<guint64>(snapshot(self).running_time_offset)', to: 'running_time',
    tests: ['tests/elements/framestamp_test.cpp'] },
  { fault: 'a point of four numbers is taken', file: 'plugins/model_protocol.cpp',
    from: 'length < 2 || length > 3', to: 'length < 2 || length > 4', tests: ['tests/fuzz/model.cpp'] },
  { fault: 'a candidate of any length is taken', file: 'launcher/base/protocol.cpp',
    from: 'if (candidate.candidate.size() > kMaxCandidate)', to: 'if (candidate.candidate.size() > 100 * kMaxCandidate)', tests: ['tests/fuzz/signal.cpp'] },

  // models
  { fault: 'a model sees rows without their padding', file: 'models/cv_model.py',
    from: 'strides = (asked["stride"],', to: 'strides = (asked["width"] * _CHANNELS[asked["format"]],', tests: ['tests/models/test_cv_model.py'] },

  // launcher: the pipe
  { fault: 'a password is shown', file: 'launcher/base/credentials.cpp', from: '"***@"', to: 'address.substr(0, at + 1)',
    tests: ['tests/launcher/base/credentials_test.cpp'] },
  { fault: 'a value of --set loses against the default', file: 'launcher/pipe/pipe_variables.cpp',
    from: 'setting != settings.end() ? setting->second : *variable.fallback', to: 'variable.fallback ? *variable.fallback : setting->second',
    tests: ['tests/launcher/pipe/pipe_file_test.cpp'] },

  // launcher: media
  { fault: 'a viewer that has left is pushed to for ever', file: 'launcher/media/fan_out.cpp', from: 'std::erase(feeds_, feed);', to: 'static_cast<void>(feed);',
    tests: ['tests/launcher/media/fan_out_test.cpp'] },
  { fault: 'no key frame is asked for when a viewer is let in', file: 'launcher/media/fan_out.cpp', from: '> kYoung) return request_key_frame(true);', to: '> kYoung) return;',
    tests: ['tests/launcher/media/fan_out_test.cpp'] },
  { fault: 'no key frame is asked for at the answer', file: 'launcher/viewer/viewer.cpp', from: 'producer_.fan_out(i).request_key_frame(true);', to: 'static_cast<void>(i);',
    tests: ['tests/launcher/viewers.test.js'] },
  { fault: 'a viewer that is behind gets every late frame', file: 'launcher/media/fan_out.cpp', from: '> kMaxQueued;', to: '> 1000 * kMaxQueued;',
    tests: ['tests/launcher/media/fan_out_test.cpp'] },
  { fault: 'a source that is lost is tried again at once', file: 'launcher/media/producer.cpp', from: 'failed ? static_cast<guint>(delay.count()) : 0', to: '0',
    tests: ['tests/launcher/source.test.js'] },
  { fault: 'the time until a source is tried again never grows', file: 'launcher/media/producer.cpp', from: 'failures_ + 1 : 0', to: '0 : 0',
    tests: ['tests/launcher/source.test.js'] },
  { fault: 'results have the id of another frame', file: 'launcher/media/producer.cpp', from: 'frame_id(running + static_cast<guint64>(context->shift));', to: 'frame_id(running + static_cast<guint64>(context->shift)) + 1;',
    tests: ['tests/launcher/viewers.test.js'] },
  { fault: 'async.pipe: the video waits for the model', file: 'pipelines/async.pipe',
    from: 'leaky=downstream\n! circledetect', to: '\n! circledetect', tests: ['tests/launcher/viewers.test.js'] },

  // launcher: a viewer
  { fault: 'media goes to one whose certificate is another one', file: 'launcher/viewer/viewer.cpp', from: 'return certificate && certificate_matches(certificate, fingerprint_);', to: 'return certificate;',
    tests: ['tests/launcher/watchdog.test.js'] },
  { fault: 'a result is repeated once too often', file: 'launcher/viewer/result_repeater.h', from: 'if (copy.left > 1)', to: 'if (copy.left > 0)',
    tests: ['tests/launcher/viewer/result_repeater_test.cpp'] },
  { fault: 'results pile up for a viewer that reads none', file: 'launcher/viewer/viewer.cpp', from: 'if (results_open() && unread < kMaxUnread && sent_info_)', to: 'if (results_open() && sent_info_)',
    tests: ['tests/launcher/viewers.test.js'] },
  { fault: 'the server\'s clock is 30 ms ahead in its pongs', file: 'launcher/app.cpp', from: 'events.now = [this] { return stream_info_.epoch + producer_->running_ms(); };', to: 'events.now = [this] { return stream_info_.epoch + producer_->running_ms() + 30; };',
    tests: ['tests/launcher/viewers.test.js'] },
  { fault: 'candidates without end are taken', file: 'launcher/viewer/viewer.cpp', from: 'if (++candidates_ > kMaxCandidates)', to: 'if (++candidates_ > 100 * kMaxCandidates)',
    tests: ['tests/launcher/signalling-errors.test.js'] },
  { fault: 'one viewer more than --max-viewers is let in', file: 'launcher/app.cpp', from: 'if (viewers_.size() >= options_.max_viewers)', to: 'if (viewers_.size() > options_.max_viewers)',
    tests: ['tests/launcher/command-line.test.js'] },
  { fault: 'what a viewer held is not let go of', file: 'launcher/media/reaper.cpp', from: 'gst_element_set_state(pipeline.get(), GST_STATE_NULL);', to: 'gst_object_ref(pipeline.get());',
    tests: ['tests/launcher/joins.test.js'] },

  // launcher: HTTP
  { fault: 'other sites\' pages may connect', file: 'launcher/http/server.cpp', from: 'if (!origin || !origin_allowed(origin, host))', to: 'if (!origin)',
    tests: ['tests/launcher/http.test.js'] },
  { fault: 'any Host is served', file: 'launcher/http/server.cpp', from: 'if (is_loopback_name(name)) return true;', to: 'return true;',
    tests: ['tests/launcher/http.test.js'] },
  { fault: 'no Content-Security-Policy', file: 'launcher/http/server.cpp', from: 'soup_message_headers_replace(headers, "Content-Security-Policy"', to: 'soup_message_headers_replace(headers, "X-Policy"',
    tests: ['tests/launcher/http.test.js'] },
  { fault: 'connections without end are kept', file: 'launcher/http/server.cpp', from: 'if (++server.connections_ > kMaxConnections) cut();', to: '++server.connections_;',
    tests: ['tests/launcher/http.test.js'] },
  { fault: '--host=0.0.0.0 listens on this machine only', file: 'launcher/http/server.cpp', from: 'host == "localhost" ? "127.0.0.1" : host.c_str()', to: '"127.0.0.1"',
    tests: ['tests/launcher/command-line.test.js'] },
  { fault: 'a signalling message of any size is read', file: 'launcher/http/server.cpp', from: 'if (held && size > protocol::kMaxSignal)', to: 'if (held && size > 4 * protocol::kMaxSignal)',
    tests: ['tests/launcher/signalling-errors.test.js'] },

  // the page: what it computes
  { fault: 'ids are compared as plain numbers', file: 'web/core/frame-id.js', from: 'return ((a - b) | 0) > 0;', to: 'return a > b;', tests: ['tests/web/core/frame-id.test.js'] },
  { fault: 'a repeated result counts again', file: 'web/core/results.js', from: 'if (all[place - 1]?.result.frame === result.frame) return false;', to: '', tests: ['tests/web/core/results.test.js'] },
  { fault: 'a stamp with a wrong checksum counts', file: 'web/core/stamp.js', from: '=== crc16(id) ?', to: '>= 0 ?', tests: ['tests/web/core/stamp.test.js'] },
  { fault: 'the server\'s clock is taken at the ping, not between ping and pong', file: 'web/core/clock.js', from: '(sent + received) / 2', to: 'sent', tests: ['tests/web/core/clock.test.js'] },
  { fault: 'a lost connection is tried again at once', file: 'web/core/backoff.js', from: 'return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1)) * jitter;', to: 'return 0;', tests: ['tests/web/core/backoff.test.js'] },
  { fault: 'the time until the page tries again never grows', file: 'web/player/reconnector.js', from: '++this.#failures', to: '1', tests: ['tests/web/player/reconnector.test.js'] },
  { fault: 'the delay has no margin', file: 'web/core/needed-delay.js', from: 'lag + MARGIN_MS + SPREAD * spread', to: 'lag', tests: ['tests/web/core/needed-delay.test.js'] },

  // the page: a connection, and what is seen
  { fault: 'the page asks for no key frame', file: 'web/core/session.js', from: 'if (verdict === \'keyframe\') this.#control?.requestKeyframe();', to: '', tests: ['tests/web/core/session.test.js'] },
  { fault: 'the page goes on with a connection that brings nothing', file: 'web/core/session.js', from: 'if (verdict === \'dead\')', to: 'if (verdict === \'never\')', tests: ['tests/web/core/session.test.js'] },
  { fault: 'the figures show twice the latency', file: 'web/player/hud.js', from: '${latency.median.toFixed(0)} ±', to: '${(2 * latency.median).toFixed(0)} ±', tests: ['tests/web/player/hud.test.js'] },
  { fault: 'results are drawn 3 px to the right', file: 'web/player/draw-results.js', from: 'context.ellipse(shape.x, shape.y', to: 'context.ellipse(shape.x + 3, shape.y', tests: ['tests/web/player/draw-results.test.js', 'tests/e2e/overlay.test.js'] },
  { fault: 'a frame is drawn with the results of the one before', file: 'web/player/exact.js', from: 'const drawings = claimed === null ? [] : this.#store.drawings(claimed,', to: 'const drawings = claimed === null ? [] : this.#store.drawings(this.#last ?? claimed,',
    tests: ['tests/web/player/exact.test.js'] },
  { fault: 'hidden results are drawn', file: 'web/player/exact.js', from: '    if (visible()) this.#composer.drawResults(drawings);', to: '    this.#composer.drawResults(drawings);', tests: ['tests/web/player/exact.test.js'] },
  { fault: 'a setting is not kept in the page\'s address', file: 'web/demo/page.js', from: 'history.replaceState(null, \'\', address);', to: '', tests: ['tests/web/demo/page.test.js'] },
];

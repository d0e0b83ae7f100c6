# SPDX-License-Identifier: LGPL-2.1-or-later
"""models/cv_model.py against the other side of plugins/core/MODEL.md, and on pictures: a copy of it beside a script of the test's."""
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 60  # seconds to wait for the program at most
# as users have it: with neither unbuffered output nor a path to modules
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {"PYTHONDONTWRITEBYTECODE": "1"}
SPOT = '{"label": "spot", "x": 1, "y": 2, "w": 3, "h": 4}'
SPOT_DETECT = f"def detect(image): return [{SPOT}]"


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def script(self, detect, more=""):
        shutil.copy(ROOT / "models/cv_model.py", self.folder)
        script = self.folder / "my_model.py"
        script.write_text(f"import numpy\nimport cv_model\n\n{detect}\n\ncv_model.run(detect{more})\n", encoding="utf-8")
        return script

    def live(self, detect, more="", arguments=()):
        live = Live(self.script(detect, more), *arguments)
        self.addCleanup(live.close)
        return live

    def on_pictures(self, detect, *pictures, more="", env=ENVIRONMENT):
        line = [sys.executable, self.script(detect, more), *pictures]
        return subprocess.run(line, capture_output=True, text=True, timeout=LIMIT, cwd="/", env=env)

    def picture(self, pixels, name="picture.pnm"):
        """A PNM file."""
        kind = b"P6" if pixels.ndim == 3 else b"P5"
        path = self.folder / name
        path.write_bytes(b"%s\n%d %d\n255\n" % (kind, pixels.shape[1], pixels.shape[0]) + pixels.tobytes())
        return path

    def saved(self, ending, path):
        """What GStreamer makes of its test pictures."""
        subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", *ending, "!", "filesink", f"location={path}"], check=True)
        return path


class Live:
    """The side of modelproc: a socket, which the program has as descriptor 3, and shared memory, its descriptor 4."""

    def __init__(self, script, *arguments):
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(LIMIT)
        self.lines = self.socket.makefile("r", encoding="utf-8")
        self.memory = os.memfd_create("frame")
        # bash puts them into place: both must come from numbers that it does not overwrite
        given = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in (theirs.fileno(), self.memory)]
        line = ["bash", "-c", 'exec "$@" 3<&{} 4<&{}'.format(*given), "bash", sys.executable, str(script), *arguments]
        self.process = subprocess.Popen(line, env=ENVIRONMENT, pass_fds=given, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, cwd="/")
        theirs.close()
        for fd in given:
            os.close(fd)

    def heard(self):
        return json.loads(self.lines.readline())

    def say(self, message):
        self.socket.sendall((json.dumps(message) + "\n").encode())

    def show(self, frame, pixels, format="BGR", stride=None):
        """Asks about a frame; its rows begin stride bytes from each other."""
        height, width = pixels.shape[:2]
        rows = pixels.reshape(height, -1)
        padded = numpy.full((height, stride or rows.shape[1]), 99, numpy.uint8)
        padded[:, :rows.shape[1]] = rows
        if os.fstat(self.memory).st_size < padded.size:
            os.ftruncate(self.memory, padded.size)
        os.pwrite(self.memory, padded.tobytes(), 0)
        self.say({"type": "frame", "frame": frame, "width": width, "height": height, "format": format, "stride": padded.shape[1],
                  "size": padded.size})

    def hang_up(self):
        self.lines.close()
        self.socket.close()

    def end(self):
        """Its exit status, and what it said on stdout and stderr."""
        out, err = self.process.communicate(timeout=LIMIT)
        return self.process.returncode, out, err

    def close(self):
        self.hang_up()
        if self.process.poll() is None:
            self.process.kill()
        for pipe in (self.process.stdout, self.process.stderr):
            pipe.close()
        self.process.wait()
        os.close(self.memory)


GREY = numpy.zeros((4, 6), numpy.uint8)


class LiveTest(Case):
    """Beside a live video."""

    def results(self, detect):
        """What detect() finds in a frame, once it has said that it is ready."""
        live = self.live(detect)
        self.assertEqual(live.heard(), {"type": "ready"})
        live.show(7, GREY, "GRAY8")
        answer = live.heard()
        self.assertEqual((answer["type"], answer["frame"]), ("result", 7))
        return answer["objects"]

    def fails(self, detect):
        """What a program that goes wrong at its first frame says on stderr."""
        live = self.live(detect)
        live.heard()
        live.show(7, GREY, "GRAY8")
        self.assertEqual(live.lines.readline(), "", "no answer")
        status, _, err = live.end()
        self.assertEqual(status, 1, err)
        return err

    def test_answers_each_frame_and_ends_with_the_channel(self):
        live = self.live("def detect(image): return [{'value': image[0, 0], 'x': 0, 'y': 0, 'w': 1, 'h': 1}]")
        self.assertEqual(live.heard(), {"type": "ready"})
        for frame in (1, 2, 4_000_000_000):
            live.show(frame, numpy.full((2, 3), frame % 200, numpy.uint8), "GRAY8")
            self.assertEqual(live.heard(), {"type": "result", "frame": frame,
                                            "objects": [{"value": frame % 200, "x": 0, "y": 0, "w": 1, "h": 1}]})
        live.hang_up()
        self.assertEqual(live.end(), (0, "", ""))

    def test_what_follows_run_is_run_at_the_end(self):
        live = self.live(SPOT_DETECT, ")\nprint('cleaned up'")
        live.heard()
        live.hang_up()
        self.assertEqual(live.end(), (0, "cleaned up\n", ""))

    def test_other_messages_are_passed_over(self):
        live = self.live(SPOT_DETECT)
        live.heard()
        live.say({"type": "of a later version"})
        live.show(3, GREY, "GRAY8")
        self.assertEqual(live.heard()["frame"], 3)

    def test_pixels_of_three_channels_with_rows_that_are_padded(self):
        live = self.live("def detect(image): return [{'shape': image.shape, 'pixels': image, 'type': str(image.dtype)}]")
        live.heard()
        pixels = numpy.arange(4 * 5 * 3, dtype=numpy.uint8).reshape(4, 5, 3)
        for frame, format in enumerate(("BGR", "RGB")):
            live.show(frame, pixels, format, stride=32)
            self.assertEqual(live.heard()["objects"], [{"shape": [4, 5, 3], "pixels": pixels.tolist(), "type": "uint8"}])

    def test_grey_pixels_with_rows_that_are_padded(self):
        live = self.live("def detect(image): return [{'shape': image.shape, 'pixels': image}]")
        live.heard()
        pixels = numpy.arange(20, dtype=numpy.uint8).reshape(4, 5)
        live.show(0, pixels, "GRAY8", stride=8)
        self.assertEqual(live.heard()["objects"], [{"shape": [4, 5], "pixels": pixels.tolist()}])

    def test_frames_that_grow_and_shrink(self):
        live = self.live("def detect(image): return [{'shape': image.shape, 'sum': int(image.sum())}]")
        live.heard()
        for frame, (height, width) in enumerate([(2, 2), (600, 800), (2, 3), (1080, 1920)]):
            live.show(frame, numpy.ones((height, width, 3), numpy.uint8))
            self.assertEqual(live.heard()["objects"], [{"shape": [height, width, 3], "sum": height * width * 3}])

    def test_an_image_may_be_drawn_upon(self):
        found = self.results("def detect(image):\n    image[:] = 7\n    return [{'sum': image.sum()}]")
        self.assertEqual(found, [{"sum": 7 * GREY.size}])

    def test_an_image_that_is_kept_stays_the_frame_that_it_was(self):
        live = self.live("""kept = []
def detect(image):
    kept.extend((image, image[1:]))
    return [{"sums": [one.sum() for one in kept]}]""")
        live.heard()
        sums = []
        for frame in (1, 2, 3):
            live.show(frame, numpy.full((2, 3), frame, numpy.uint8), "GRAY8", stride=8)
            sums += [6 * frame, 3 * frame]
            self.assertEqual(live.heard()["objects"], [{"sums": sums}])

    def test_arguments_are_the_models_own_and_no_pictures(self):
        for more in ("", ", pictures=['/no/such.jpg']"):
            live = self.live("import sys\ndef detect(image): return [{'arguments': sys.argv[1:]}]", more, ("--weights", "w.pt"))
            self.assertEqual(live.heard(), {"type": "ready"})
            live.show(7, GREY, "GRAY8")
            self.assertEqual(live.heard()["objects"], [{"arguments": ["--weights", "w.pt"]}])

    def test_none_is_nothing(self):
        self.assertEqual(self.results("def detect(image): return None"), [])

    def test_an_empty_array_is_nothing(self):
        self.assertEqual(self.results("def detect(image): return numpy.empty((0, 4))"), [])

    def test_an_array_of_dicts(self):
        self.assertEqual(self.results("def detect(image): return numpy.array([{'x': 1}, {'x': 2}])"), [{"x": 1}, {"x": 2}])

    def test_a_generator(self):
        self.assertEqual(self.results("def detect(image):\n    yield {'x': 1}\n    yield {'x': 2}"), [{"x": 1}, {"x": 2}])

    def test_mappings_that_are_no_dicts(self):
        self.assertEqual(self.results("import types\ndef detect(image): return [types.MappingProxyType({'x': types.MappingProxyType({'a': 1})})]"),
                         [{"x": {"a": 1}}])

    def test_numpys_types_are_numbers_and_lists(self):
        found = self.results("""def detect(image):
    return [{"float": numpy.float32(0.5), "double": numpy.float64(0.25), "long": numpy.longdouble(2), "int": numpy.uint8(3),
             "true": numpy.bool_(True), "text": numpy.str_("a"), "array": numpy.ones((1, 2), numpy.int16),
             "scalar": numpy.array(4), "objects": numpy.array([numpy.float32(1), None], object), "deep": [{"a": (numpy.int64(5),)}]}]""")
        self.assertEqual(found, [{"float": 0.5, "double": 0.25, "long": 2, "int": 3, "true": True, "text": "a", "array": [[1, 1]],
                                  "scalar": 4, "objects": [1, None], "deep": [{"a": [5]}]}])

    def test_what_makes_a_list_of_itself_is_one(self):
        self.assertEqual(self.results("import array\ndef detect(image): return [{'polygon': [array.array('d', [1, 2])]}]"), [{"polygon": [[1, 2]]}])

    def test_text_of_any_language(self):
        self.assertEqual(self.results("def detect(image): return [{'label': 'Tür 門', 'text': 'a\\nb'}]"), [{"label": "Tür 門", "text": "a\nb"}])

    def test_text_that_is_none(self):
        self.assertEqual(self.results("import os\ndef detect(image): return [{'label': os.fsdecode(b'a\\xff')}]"), [{"label": "a?"}])

    def test_objects_with_a_number_that_is_none_are_left_out_and_named(self):
        live = self.live("""nan, inf = float("nan"), float("inf")
def detect(image):
    return [{"x": nan}, {"x": 1}, {"polygon": numpy.array([[1, inf]])}, {"a": {"b": [numpy.float32(nan)]}}, {"x": 2}]""")
        live.heard()
        live.show(0, GREY, "GRAY8")
        self.assertEqual(live.heard()["objects"], [{"x": 1}, {"x": 2}])
        live.hang_up()
        status, _, err = live.end()
        self.assertEqual((status, err.splitlines()), (0, [
            "object 0 is left out: x is nan", "object 2 is left out: polygon is [[1.0, inf]]", "object 3 is left out: a is {'b': [nan]}"]))

    def test_an_exception_ends_the_program_with_its_traceback(self):
        err = self.fails("def detect(image): return 1 // 0")
        self.assertRegex(err, r"my_model\.py.*in detect(?s:.*)ZeroDivisionError")

    def test_a_broken_pipe_of_detect_is_an_exception_like_others(self):
        self.assertRegex(self.fails("def detect(image): raise BrokenPipeError('of my own')"), "BrokenPipeError: of my own")

    def test_a_single_dict_is_an_error_in_words(self):
        self.assertIn("TypeError: detect() must return a list of dicts; it returned {'x': 1}", self.fails("def detect(image): return {'x': 1}"))

    def test_a_number_is_an_error_in_words(self):
        self.assertIn("TypeError: detect() must return a list of dicts; it returned 5", self.fails("def detect(image): return 5"))

    def test_false_is_an_error_in_words(self):
        self.assertIn("TypeError: detect() must return a list of dicts; it returned False", self.fails("def detect(image): return False"))

    def test_text_is_an_error_in_words(self):
        self.assertIn("TypeError: detect() must return a list of dicts; it returned 'cat'", self.fails("def detect(image): return 'cat'"))

    def test_a_list_of_boxes_is_an_error_in_words(self):
        self.assertIn("TypeError: detect() must return a list of dicts; object 1 is [1, 2, 3, 4]",
                      self.fails("def detect(image): return [{'x': 1}, [1, 2, 3, 4]]"))

    def test_an_array_of_boxes_is_an_error_in_words(self):
        self.assertIn("TypeError: detect() must return a list of dicts; object 0 is array([0., 0., 0., 0.])",
                      self.fails("def detect(image): return numpy.zeros((2, 4))"))

    def test_a_value_that_json_has_not_is_named(self):
        self.assertIn("TypeError: tags of object 1 is {'a'}; JSON has no set", self.fails("def detect(image): return [{'x': 1}, {'tags': {'a'}}]"))

    def test_a_value_of_numpys_that_json_has_not_is_named(self):
        self.assertRegex(self.fails("def detect(image): return [{'a': {'when': numpy.clongdouble(1j)}}]"),
                         r"TypeError: when of a of object 0 is .*1j.*; JSON has no (clongdouble|complex256)")

    def test_what_detect_prints_is_read_at_once(self):
        live = self.live("def detect(image):\n    print('a line')\n    return []")
        live.heard()
        live.show(0, GREY, "GRAY8")
        live.heard()
        os.set_blocking(live.process.stdout.fileno(), False)  # it was printed before the answer
        self.assertEqual(live.process.stdout.readline(), "a line\n")

    def test_a_channel_that_ends_while_detect_works_ends_the_program_quietly(self):
        live = self.live(f"def detect(image):\n    print('at work', flush=True)\n    open({str(self.folder / 'gate')!r}).read()\n    return []")
        os.mkfifo(self.folder / "gate")
        live.heard()
        live.show(0, GREY, "GRAY8")
        self.assertEqual(live.process.stdout.readline(), "at work\n")
        live.hang_up()
        open(self.folder / "gate", "w").close()
        self.assertEqual(live.end(), (0, "", ""))

    def test_a_wrong_format_is_named_beside_a_video_too(self):
        live = self.live(SPOT_DETECT, ", 'grey'")
        status, _, err = live.end()
        self.assertEqual(status, 1)
        self.assertIn("ValueError: format is 'grey'; it must be one of bgr, rgb, gray", err)


class PictureTest(Case):
    """On the command line."""

    PIXELS = numpy.array([[[1, 2, 3], [40, 50, 60], [7, 8, 9]], [[250, 251, 252], [0, 128, 255], [10, 11, 12]]], numpy.uint8)  # red, green, blue
    SHOW = "def detect(image): return [{'pixels': image, 'shape': image.shape, 'mine': bool(image.flags.writeable and image.flags.c_contiguous)}]"

    def shown(self, picture, more=""):
        done = self.on_pictures(self.SHOW, picture, more=more)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        found = json.loads(done.stdout)
        self.assertTrue(found["mine"])
        self.assertEqual(found["shape"], list(numpy.shape(found["pixels"])))
        return found["pixels"]

    def test_blue_green_red_at_first(self):
        self.assertEqual(self.shown(self.picture(self.PIXELS)), self.PIXELS[:, :, ::-1].tolist())

    def test_red_green_blue(self):
        self.assertEqual(self.shown(self.picture(self.PIXELS), ", format='rgb'"), self.PIXELS.tolist())

    def test_grey(self):
        pixels = numpy.arange(30, 45, dtype=numpy.uint8).reshape(3, 5)
        self.assertEqual(self.shown(self.picture(pixels, "picture.pgm"), ", 'gray'"), pixels.tolist())

    def test_a_pixel_that_looks_like_white_space(self):
        pixels = numpy.full((2, 2, 3), ord("\n"), numpy.uint8)
        self.assertEqual(self.shown(self.picture(pixels)), pixels.tolist())

    def test_png(self):
        picture = self.saved(["num-buffers=1", "pattern=blue", "!", "video/x-raw,format=RGB,width=5,height=3", "!", "pngenc"], self.folder / "a.png")
        self.assertEqual(self.shown(picture), numpy.broadcast_to([255, 0, 0], (3, 5, 3)).tolist())

    def test_a_name_with_all_that_gst_launch_would_read(self):
        self.assertEqual(self.shown(self.picture(self.PIXELS, """it's "a" ! \\b = (ü).pnm""")), self.PIXELS[:, :, ::-1].tolist())

    def test_the_first_picture_of_a_film(self):
        film = self.saved(["num-buffers=50", "pattern=ball", "!", "video/x-raw,width=64,height=48", "!", "jpegenc", "!", "avimux"], self.folder / "film.avi")
        done = self.on_pictures("""def detect(image):
    return [{"shape": image.shape}]
decoded = cv_model._launch
def launch(*arguments):
    done = decoded(*arguments)
    print(len(done.stdout))
    return done
cv_model._launch = launch""", film)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        size, found = done.stdout.splitlines()
        self.assertEqual(json.loads(found), {"shape": [48, 64, 3]})
        self.assertLess(int(size), 2 * 48 * 64 * 3, "one picture is decoded, not all of the film")

    def test_objects_of_several_pictures_one_a_line(self):
        one, two = self.picture(self.PIXELS, "1.pnm"), self.picture(self.PIXELS[:1], "2.pnm")
        done = self.on_pictures("def detect(image): return [{'label': 'Tür', 'h': len(image)}] * len(image)", one, two)
        self.assertEqual(done.stdout, '{"label": "Tür", "h": 2}\n{"label": "Tür", "h": 2}\n{"label": "Tür", "h": 1}\n')

    def test_a_script_with_arguments_of_its_own_names_the_pictures(self):
        picture = self.picture(self.PIXELS)
        done = self.on_pictures(f"import sys\n{SPOT_DETECT}", "--weights", "w.pt", picture, more=", pictures=sys.argv[3:]")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, SPOT + "\n", ""))

    def test_a_socket_of_others_is_not_taken_for_modelprocs(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        given = fcntl.fcntl(theirs.fileno(), fcntl.F_DUPFD, 10)
        self.addCleanup(os.close, given)
        line = ["bash", "-c", f'exec "$@" 3<&{given}', "bash", sys.executable, self.script(SPOT_DETECT), self.picture(self.PIXELS)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=LIMIT, cwd="/", env=ENVIRONMENT, pass_fds=[given])
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, SPOT + "\n", ""))

    def test_read_picture_takes_a_path_and_returns_the_picture(self):
        script = self.script("detect = lambda image: None")
        line = "import cv_model, pathlib, sys; print(cv_model.read_picture(pathlib.Path(sys.argv[1])).tolist())"
        done = subprocess.run([sys.executable, "-c", line, self.picture(self.PIXELS)], cwd=script.parent, env=ENVIRONMENT, check=True,
                              capture_output=True, text=True, timeout=LIMIT)
        self.assertEqual(json.loads(done.stdout), self.PIXELS[:, :, ::-1].tolist())

    def failed(self, *arguments, detect=SPOT_DETECT, **options):
        done = self.on_pictures(detect, *arguments, **options)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        return done.stderr

    def test_a_picture_that_is_not_there(self):
        self.assertEqual(self.failed("/no/such.jpg"), "/no/such.jpg: no such picture\n")

    def test_an_option_that_is_taken_for_a_picture(self):
        self.assertEqual(self.failed("--weights", "w.pt"),
                         "--weights: no such picture (a script with options of its own says which arguments are pictures: run(detect, pictures=…))\n")

    def test_a_folder(self):
        self.assertRegex(self.failed(self.folder), rf"^.*Is a directory: '{self.folder}'\n$")

    def test_a_file_that_is_no_picture(self):
        path = self.folder / "notes.txt"
        path.write_text("no picture at all\n" * 100)
        self.assertRegex(self.failed(path), rf"^{path}: not a picture that GStreamer can read: ERROR: (?s:.+)\n$")

    def test_an_empty_file(self):
        path = self.folder / "empty.png"
        path.touch()
        self.assertRegex(self.failed(path), rf"^{path}: not a picture that GStreamer can read: it is empty\n$")

    def test_without_gst_launch(self):
        err = self.failed(self.picture(self.PIXELS), env=ENVIRONMENT | {"PATH": str(self.folder)})
        self.assertEqual(err, "gst-launch-1.0, which reads pictures, is not there: apt install gstreamer1.0-tools\n")

    def test_errors_of_read_picture_are_exceptions(self):
        done = self.on_pictures("""for path in ("/no/such.jpg", __file__):
    try:
        cv_model.read_picture(path)
    except (FileNotFoundError, ValueError) as error:
        print(type(error).__name__)
raise SystemExit""")
        self.assertEqual((done.returncode, done.stdout), (0, "FileNotFoundError\nValueError\n"))

    def test_a_wrong_format_is_named(self):
        self.assertIn("ValueError: format is 'BGR'; it must be one of bgr, rgb, gray\n", self.failed(self.picture(self.PIXELS), more=", format='BGR'"))

    def test_a_wrong_format_of_read_picture_is_named(self):
        self.assertIn("ValueError: format is 'grey'; it must be one of bgr, rgb, gray\n",
                      self.failed(detect="cv_model.read_picture('/no/such.jpg', 'grey')"))

    def test_an_exception_of_detect_is_not_taken_for_a_bad_picture(self):
        self.assertRegex(self.failed(self.picture(self.PIXELS), detect="def detect(image): open('/no/such/weights')"),
                         "Traceback(?s:.*)No such file or directory: '/no/such/weights'")

    def test_without_a_picture_and_without_modelproc(self):
        self.assertRegex(self.failed(), r"my_model\.py: name a picture to try the model on, or run it by the GStreamer element modelproc\n$")


if __name__ == "__main__":
    unittest.main()

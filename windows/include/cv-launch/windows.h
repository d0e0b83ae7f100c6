/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program's windows in cv-launch's page, from C and from what can call C. cv-launch/imshow.hpp and the Python package
 * cv_launch are made of these functions, and are what a program wants that is in their languages.
 *
 * They never wait for who watches, and know no callbacks: cv_launch_wait() gives what viewers did, one event after the
 * other. All of them may be called from any thread, and after fork() too. Texts are UTF-8. Where one says that it
 * failed, cv_launch_error() says why.
 */
#ifndef CV_LAUNCH_WINDOWS_H
#define CV_LAUNCH_WINDOWS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Connects to the cv-launch whose socket is in the variable CV_LAUNCH_WINDOWS, as `cv-launch run` sets it. Without it a
 * cv-launch of the program's own is started; it tells its address on stderr, and ends with the program. 0; -1: failed.
 * cv_launch_open() does this too. */
int cv_launch_start(void);

/* The address of the page of the program's own cv-launch; "" where it has none. */
const char* cv_launch_address(void);
/* The socket that the program is connected to, for others that it starts (CV_LAUNCH_WINDOWS); "" before it is. */
const char* cv_launch_socket(void);

/* A window: its number, from 1; 0: failed. A newer one of the same name takes an older one's place. */
uint32_t cv_launch_open(const char* name);
void cv_launch_close(uint32_t window);
void cv_launch_set_title(uint32_t window, const char* title);

/* Of a picture's values, with OpenCV's numbers. */
enum cv_launch_depth {
  CV_LAUNCH_8U = 0,
  CV_LAUNCH_8S = 1,
  CV_LAUNCH_16U = 2,
  CV_LAUNCH_16S = 3,
  CV_LAUNCH_32F = 5,
  CV_LAUNCH_64F = 6
};

/* Shows a copy of the picture, as OpenCV's imshow does. stride: bytes from one line to the next. depth: a
 * cv_launch_depth. channels: 1 (grey), 3 or 4 (blue, green, red, and one that is not shown). objects: what was found in
 * it, for the page to draw: a JSON array of at most 1 MiB of objects as a model's results have them
 * (plugins/core/MODEL.md); NULL: nothing is said of any. 0; -1: failed. */
int cv_launch_show(uint32_t window, const void* pixels, uint32_t width, uint32_t height, size_t stride, int depth,
                   int channels, const char* objects, size_t objects_size);

/* A trackbar of the window, at the end of the others, or what has changed of the one of this name. id: the caller's own
 * number for it, which events have. */
void cv_launch_set_trackbar(uint32_t window, uint32_t id, const char* name, int min, int max, int value);

/* A text in place of the last one there: over the picture, or in a line below it. milliseconds: how long; 0: until
 * there is another one. "": none. */
void cv_launch_show_text(uint32_t window, int over, const char* text, int milliseconds);

/* With OpenCV's numbers. */
enum cv_launch_button_kind { CV_LAUNCH_PUSH = 0, CV_LAUNCH_CHECK = 1, CV_LAUNCH_RADIO = 2 };

/* A button of the window, below its trackbars, or how the one of this id is now. id: the caller's own number for it,
 * from
 * 1. kind: a cv_launch_button_kind. bar: those of a number are side by side; of the radio buttons in a bar the caller
 * has one on. */
void cv_launch_set_button(uint32_t window, uint32_t id, const char* name, int kind, uint32_t bar, int on);

/* Whether the mouse in this window is to be told. At first it is not. */
void cv_launch_set_mouse_wanted(uint32_t window, int wanted);

enum cv_launch_event_type {
  CV_LAUNCH_KEY = 1,   /* code: as of OpenCV's waitKeyEx */
  CV_LAUNCH_MOUSE = 2, /* code: OpenCV's event, EVENT_MOUSEMOVE and so on; x, y: in the picture; flags: EVENT_FLAG_… */
  CV_LAUNCH_TRACKBAR = 3, /* trackbar: its id; code: where somebody has moved it to */
  CV_LAUNCH_CLOSED = 4,   /* somebody has closed the window. It is there until cv_launch_close() */
  CV_LAUNCH_BUTTON = 5    /* code: its id; flags: 1: somebody has pressed it or switched it on; 0: off */
};

typedef struct cv_launch_event {
  int32_t type;
  uint32_t window;
  int32_t code;
  int32_t x, y;
  int32_t flags;
  uint32_t trackbar;
} cv_launch_event;

/* Waits for an event so long at most. 1: there is one; 0: none; -1: a signal came that the program handles. */
int cv_launch_wait(int64_t milliseconds, cv_launch_event* event);

/* Of the last function that failed in this thread; "": none has. */
const char* cv_launch_error(void);

#ifdef __cplusplus
}
#endif

#endif

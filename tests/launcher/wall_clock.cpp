// SPDX-License-Identifier: LGPL-2.1-or-later
// Preloaded into a program, sets its wall clock an hour ahead from when the file that CV_TEST_CLOCK names is there.
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

namespace {

constexpr time_t kStep = 3600;

bool stepped() {
  const char* file = std::getenv("CV_TEST_CLOCK");
  return file != nullptr && access(file, F_OK) == 0;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  if (result == 0 && clock == CLOCK_REALTIME && stepped()) time->tv_sec += kStep;
  return result;
}

extern "C" int gettimeofday(timeval* __restrict time, void* /*zone*/) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

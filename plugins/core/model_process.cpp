// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/model_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace core {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds kGrace{300};
constexpr Milliseconds kLastWords{1000};  // a process that has closed its socket may still write its traceback
constexpr std::size_t kKeptLines = 12;
constexpr std::size_t kMaxLine = 500;
constexpr std::size_t kMaxQuote = 60;

// The memory has no name, so nothing is left of it whatever happens. It can only grow, so the model can't take away
// what we have mapped.
Fd make_memory() {
  Fd memory(memfd_create("cv-model", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory || fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
    throw std::runtime_error(std::string("no shared memory: ") + std::strerror(errno));
  return memory;
}

Fd make_event() {
  Fd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event) throw std::runtime_error(std::string("no event: ") + std::strerror(errno));
  return event;
}

// Rounded up, because poll() does not wait at all for 0 ms.
int poll_time(const std::optional<Clock::time_point>& deadline) {
  if (!deadline) return -1;
  return static_cast<int>(std::max<std::int64_t>(0, std::chrono::ceil<Milliseconds>(*deadline - Clock::now()).count()));
}

std::optional<Clock::time_point> after(Milliseconds limit) {
  return limit.count() > 0 ? std::optional(Clock::now() + limit) : std::nullopt;
}

void signal(const Fd& event) {
  [[maybe_unused]] const int result = eventfd_write(event.get(), 1);
}

void clear(const Fd& event) {
  eventfd_t ignored = 0;
  [[maybe_unused]] const int result = eventfd_read(event.get(), &ignored);
}

// False if the text does not fit into the socket: questions are short, so the model has not read any for long. Any
// other error counts as sent, because reading then reports it.
bool send_whole(int socket, std::string_view text) {
  ssize_t sent = 0;
  do {
    sent = send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(text.size()) || (sent < 0 && errno != EAGAIN);
}

std::string seconds(Milliseconds time) {
  return std::to_string(time.count() / 1000) + "." + std::to_string(time.count() / 100 % 10) + " s";
}

std::string quote(const std::string& text) {
  return "\"" + text.substr(0, kMaxQuote) + (text.size() > kMaxQuote ? "…\"" : "\"");
}

}  // namespace

ModelProcess::ModelProcess(Options options, Events events)
    : options_(std::move(options)),
      events_(std::move(events)),
      memory_(make_memory()),
      interrupt_(make_event()),
      wake_(make_event()),
      thread_([this] { run(); }) {}

ModelProcess::~ModelProcess() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  signal(wake_);
  changed_.notify_all();
  thread_.join();
  if (mapping_ != nullptr) munmap(mapping_, mapped_);
}

void ModelProcess::run() {
  while (!stopping()) {
    events_.changed(State::kStarting, "");
    if (start()) serve();
    if (child_) finish();
    if (stopping()) return;
    if (!options_.restart) return give_up();
    wait_for_retry();
  }
}

bool ModelProcess::start() try {
  last_lines_.clear();
  output_.clear();
  received_.clear();
  unanswered_ = 0;
  {
    const std::lock_guard lock(mutex_);
    gone_ = false;
    failure_.clear();
  }
  child_ = std::make_unique<ChildProcess>(options_.command, memory_.get());
  return true;
} catch (const std::runtime_error& error) {
  fail(error.what());
  return false;
}

// Runs until the process ends or fails, or we are to stop.
void ModelProcess::serve() {
  const auto started = Clock::now();
  const auto deadline = after(options_.start_timeout);
  bool ready = false;
  bool output_open = true;
  for (;;) {
    std::array<pollfd, 4> items{{{wake_.get(), POLLIN, 0},
                                 {output_open ? child_->output() : -1, POLLIN, 0},
                                 {child_->ended(), POLLIN, 0},
                                 {ready ? -1 : child_->socket(), POLLIN, 0}}};
    if (poll(items.data(), items.size(), ready ? -1 : poll_time(deadline)) == 0)
      return fail("did not say that it is ready within " + seconds(options_.start_timeout) +
                  " (property start-timeout)");
    if (items[1].revents != 0) output_open = read_output() != Output::kEnd;
    if (items[0].revents != 0) {
      clear(wake_);
      const std::lock_guard lock(mutex_);
      if (stopping_ || gone_ || !failure_.empty()) break;
    }
    if (items[2].revents != 0) break;
    if (items[3].revents == 0) continue;
    if (!greet(deadline)) break;
    ready = true;
  }
  if (ready && Clock::now() - started > ran_well_) failures_ = 0;
}

// False if its first line is no greeting.
bool ModelProcess::greet(std::optional<Clock::time_point> deadline) {
  std::string line;
  const Read read = read_line(wake_.get(), deadline, line);
  if (read == Read::kTimeout) fail("did not end its first line in time (property start-timeout)");
  if (read != Read::kLine) return false;
  if (const std::string wrong = events_.greeted(line); !wrong.empty()) {
    fail(wrong);
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    running_ = true;
  }
  changed_.notify_all();
  events_.changed(State::kRunning, "");
  return true;
}

ModelProcess::Output ModelProcess::read_output() {
  std::array<char, 4096> buffer{};
  const ssize_t length = read(child_->output(), buffer.data(), buffer.size());
  if (length < 0) return errno == EAGAIN || errno == EINTR ? Output::kNoneNow : Output::kEnd;
  for (const char c : std::string_view(buffer.data(), static_cast<std::size_t>(length))) {
    if (c != '\n') output_ += c;
    if (c == '\n' || output_.size() >= kMaxLine) take_line(std::exchange(output_, {}));
  }
  return length > 0 ? Output::kSome : Output::kEnd;
}

void ModelProcess::take_line(std::string line) {
  events_.said(line);
  last_lines_.push_back(std::move(line));
  if (last_lines_.size() > kKeptLines) last_lines_.pop_front();
}

// Lets the process end or ends it, takes its last output, and closes the socket when nobody uses it any more.
void ModelProcess::finish() {
  bool stopped = false;
  bool failed = false;
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
    stopped = stopping_;
    failed = !failure_.empty();
  }
  if (stopped) child_->ask_to_end();
  if (stopped || !failed) child_->wait_end(stopped ? kGrace : kLastWords);
  const std::string end = child_->end();
  while (read_output() == Output::kSome) {
  }
  if (!output_.empty()) take_line(std::exchange(output_, {}));
  if (!failed) fail(end);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !asking_; });
  lock.unlock();
  child_.reset();
}

void ModelProcess::wait_for_retry() {
  const Milliseconds delay = std::min(last_retry_, first_retry_ * (1 << std::min(failures_++, 10U)));
  tell_failure("; trying again in " + seconds(delay));
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, delay, [this] { return stopping_; });
}

void ModelProcess::give_up() {
  tell_failure("");
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
}

void ModelProcess::tell_failure(const std::string& what_next) {
  std::unique_lock lock(mutex_);
  std::string message = "the model " + failure_ + what_next;
  lock.unlock();
  if (!last_lines_.empty()) message += ". It said last:";
  for (const auto& line : last_lines_) message += "\n" + line;
  events_.changed(State::kFailed, message);
}

bool ModelProcess::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

// Only the first reason is kept: the others follow from it.
void ModelProcess::fail(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (failure_.empty()) failure_ = reason;
    running_ = false;
  }
  signal(wake_);
}

bool ModelProcess::running() {
  const std::lock_guard lock(mutex_);
  return running_;
}

ModelProcess::Wait ModelProcess::wait_until_running() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return running_ || interrupted_ || over_; });
  if (interrupted_) return Wait::kInterrupted;
  return running_ ? Wait::kRunning : Wait::kOver;
}

std::uint8_t* ModelProcess::memory(std::size_t size) {
  if (size <= mapped_) return mapping_;
  if (ftruncate(memory_.get(), static_cast<off_t>(size)) != 0)
    throw std::runtime_error("no shared memory of " + std::to_string(size) + " bytes: " + std::strerror(errno));
  void* mapping = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory_.get(), 0);
  if (mapping == MAP_FAILED) throw std::runtime_error(std::string("shared memory: ") + std::strerror(errno));
  if (mapping_ != nullptr) munmap(mapping_, mapped_);
  mapping_ = static_cast<std::uint8_t*>(mapping);
  mapped_ = size;
  return mapping_;
}

std::optional<std::string> ModelProcess::ask(const std::string& line) {
  {
    const std::lock_guard lock(mutex_);
    if (!running_ || stopping_) return {};
    asking_ = true;
  }
  if (unanswered_++ == 0) waiting_since_ = Clock::now();
  std::optional<std::string> answer;
  // if the line can't be sent because the process has ended, reading reports that
  if (send_whole(child_->socket(), line))
    answer = wait_for_answer();
  else
    fail("does not read what it is asked");
  const std::lock_guard lock(mutex_);
  asking_ = false;
  changed_.notify_all();
  return answer;
}

// Answers to questions whose wait was interrupted come first. Nobody waits for them any more.
std::optional<std::string> ModelProcess::wait_for_answer() {
  std::string line;
  while (unanswered_ > 0) {
    const auto deadline =
        options_.answer_timeout.count() > 0 ? std::optional(waiting_since_ + options_.answer_timeout) : std::nullopt;
    switch (read_line(interrupt_.get(), deadline, line)) {
      case Read::kLine:
        --unanswered_;
        waiting_since_ = Clock::now();
        break;
      case Read::kTimeout:
        fail("did not answer within " + seconds(options_.answer_timeout) + " (property timeout)");
        return {};
      case Read::kInterrupted:
      case Read::kFailed:
        return {};
    }
  }
  return line;
}

ModelProcess::Read ModelProcess::read_line(int wake, std::optional<Clock::time_point> deadline, std::string& line) {
  for (;;) {
    const auto end = received_.find('\n');
    if (end != std::string::npos) {
      line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return Read::kLine;
    }
    if (received_.size() > kMaxAnswer) {
      fail("gave an answer of more than " + std::to_string(kMaxAnswer) + " bytes: " + quote(received_));
      return Read::kFailed;
    }
    std::array<pollfd, 2> items{{{child_->socket(), POLLIN, 0}, {wake, POLLIN, 0}}};
    if (poll(items.data(), items.size(), poll_time(deadline)) == 0) return Read::kTimeout;
    if (items[1].revents != 0) return Read::kInterrupted;
    if (items[0].revents == 0) continue;
    std::array<char, 65536> buffer;  // NOLINT(*-init): it would take time for each frame
    const ssize_t length = recv(child_->socket(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (length > 0)
      received_.append(buffer.data(), static_cast<std::size_t>(length));
    else if (length == 0 || (errno != EAGAIN && errno != EINTR))
      return closed();
  }
}

// run() finds out how the process ended.
ModelProcess::Read ModelProcess::closed() {
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    running_ = false;
  }
  signal(wake_);
  return Read::kFailed;
}

void ModelProcess::reject(const std::string& reason) {
  // a model that has failed meanwhile is started again anyway
  if (running()) fail(reason);
}

void ModelProcess::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  signal(interrupt_);
  changed_.notify_all();
}

void ModelProcess::resume() {
  const std::lock_guard lock(mutex_);
  if (questions_ended_) return;
  interrupted_ = false;
  clear(interrupt_);
}

void ModelProcess::end_questions() {
  const std::lock_guard lock(mutex_);
  questions_ended_ = interrupted_ = true;
  signal(interrupt_);
  changed_.notify_all();
}

bool ModelProcess::interrupted() {
  const std::lock_guard lock(mutex_);
  return interrupted_;
}

}  // namespace core

// SPDX-License-Identifier: LGPL-2.1-or-later
// A model in a process of its own, as MODEL.md describes it. It is asked about one frame at a time. When it fails, it
// is killed and started again. A thread of this class runs the process; another thread asks.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/child_process.h"
#include "core/environment.h"

namespace core {

class ModelProcess {
 public:
  using Milliseconds = std::chrono::milliseconds;
  enum class State { kStarting, kRunning, kFailed };
  enum class Wait { kRunning, kInterrupted, kOver };

  struct Options {
    std::vector<std::string> command;
    Milliseconds start_timeout{};   // until it says that it is ready; 0: no limit
    Milliseconds answer_timeout{};  // of one inference; 0: no limit
    bool restart = true;            // false: the first failure is the end
  };
  // All are called on the thread that runs the process, which waits for them.
  struct Events {
    std::function<void(State state, const std::string& message)> changed;
    std::function<std::string(const std::string& line)> greeted;  // gets the first line; returns the error, or ""
    std::function<void(const std::string& line)> said;            // on stdout or stderr
  };
  // The longest answer that is taken.
  static constexpr std::size_t kMaxAnswer = 1 << 20;

  // Starts the process. Throws std::runtime_error if there is no shared memory, or if a variable of the environment is
  // wrong.
  ModelProcess(Options options, Events events);
  // Ends the process. A question under way gets no answer.
  ~ModelProcess();
  ModelProcess(const ModelProcess&) = delete;
  ModelProcess& operator=(const ModelProcess&) = delete;

  // What follows is for one thread, the one that asks.

  bool running();
  // Waits until the model runs, or interrupt() is called. kOver: it has failed and is not started again; the event with
  // the reason was called before.
  Wait wait_until_running();
  // The shared memory that the model has as its descriptor 4, at least `size` bytes. Valid until more is asked for.
  std::uint8_t* memory(std::size_t size);
  // Sends a line and waits for the line that answers it. Nothing if the model does not run or fails, or if interrupt()
  // was called.
  std::optional<std::string> ask(const std::string& line);
  // The answer made no sense: ends the model, which is then started again.
  void reject(const std::string& reason);

  // From any thread. interrupt(), for a flush, ends the waits of the thread that asks, and each later one until
  // resume(). end_questions() ends them for good.
  void interrupt();
  void resume();
  void end_questions();
  bool interrupted();

 private:
  enum class Read { kLine, kTimeout, kInterrupted, kFailed };
  enum class Output { kSome, kNoneNow, kEnd };

  void run();
  bool start();
  void serve();
  bool greet(std::optional<std::chrono::steady_clock::time_point> deadline);
  Output read_output();
  void take_line(std::string line);
  void finish();
  void wait_for_retry();
  void give_up();
  void tell_failure(const std::string& what_next);
  bool stopping();
  Read read_line(int wake, std::optional<std::chrono::steady_clock::time_point> deadline, std::string& line);
  std::optional<std::string> wait_for_answer();
  Read closed();
  void fail(const std::string& reason);

  const Options options_;
  const Events events_;
  const Milliseconds first_retry_ = environment_ms("CV_MODEL_RETRY_MS", Milliseconds(500));  // doubled each time
  const Milliseconds last_retry_ = environment_ms("CV_MODEL_LAST_RETRY_MS", Milliseconds(8000));
  const Milliseconds ran_well_ = environment_ms("CV_MODEL_RAN_WELL_MS", Milliseconds(10'000));
  const Fd memory_;
  std::uint8_t* mapping_ = nullptr;
  std::size_t mapped_ = 0;
  const Fd interrupt_;  // readable while interrupted_
  const Fd wake_;       // readable when run() must look at the fields below

  // Guards what follows; nothing is called under it.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool running_ = false;
  bool asking_ = false;  // the socket is in use by the thread that asks, otherwise by run()
  bool interrupted_ = false;
  bool questions_ended_ = false;
  bool over_ = false;  // it has failed and is not started again
  bool gone_ = false;  // the process has closed its socket
  std::string failure_;

  // Belongs to the thread that uses the socket.
  std::string received_;
  unsigned unanswered_ = 0;
  std::chrono::steady_clock::time_point waiting_since_;  // for the next answer

  // Belongs to run().
  std::unique_ptr<ChildProcess> child_;
  std::string output_;
  std::deque<std::string> last_lines_;
  unsigned failures_ = 0;  // in a row

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace core

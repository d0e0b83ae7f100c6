// SPDX-License-Identifier: LGPL-2.1-or-later
// A model by all its ways to go wrong: frames go on, the message says why, and it is started again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>

#include "frames.h"

namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

const std::string kCaps = caps_text("I420", 64, 64);

class ModelFaults : public testing::Test {
 protected:
  void SetUp() override {
    setenv("CV_MODEL_RETRY_MS", "100", 1);
    setenv("CV_MODEL_LAST_RETRY_MS", "400", 1);
  }
  void TearDown() override {
    harness_.reset();
    EXPECT_TRUE(waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD) << "a model is left, or its zombie";
    for (const char* name : {"CV_MODEL_RETRY_MS", "CV_MODEL_LAST_RETRY_MS", "CV_MODEL_RAN_WELL_MS"}) unsetenv(name);
  }
  void start(const std::string& command, const std::string& properties = "") {
    harness_ = play("modelproc model-name=mine command=\"" + command + "\" " + properties, kCaps);
    gst_element_set_bus(harness_->element, bus_.get());
  }
  // What is said of the next failure. Frames go on meanwhile: each that the model has seen is counted.
  std::string next_failure() {
    for (int i = 0; i < 6000; ++i) {
      const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness_.get(), black_frame(info_of(kCaps)).release()));
      if (!skipped(out.get())) ++results_;
      const Ptr<GstMessage> warning(gst_bus_timed_pop_filtered(bus_.get(), 10 * GST_MSECOND, GST_MESSAGE_WARNING));
      if (!warning) continue;
      const GstStructure* details = nullptr;
      gst_message_parse_warning_details(warning.get(), &details);
      EXPECT_STREQ(gst_structure_get_string(details, "model"), "mine");
      EXPECT_STREQ(gst_structure_get_string(details, "state"), "failed");
      return gst_structure_get_string(details, "message");
    }
    ADD_FAILURE() << "no failure in a minute";
    return "";
  }

  Ptr<GstHarness> harness_;
  const Ptr<GstBus> bus_{gst_bus_new()};
  int results_ = 0;
};

struct Fault {
  std::string name;  // of tests/models/model.js
  std::string message;
  std::string properties = "timeout=60000";
  int results = 2;  // of each run
};

void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name;
}

class ModelFault : public ModelFaults, public testing::WithParamInterface<Fault> {};

}  // namespace

TEST_P(ModelFault, is_told_and_the_model_started_again) {
  const Fault& fault = GetParam();
  start("'" NODE "' '" TEST_MODELS "/model.js' " + fault.name, fault.properties);
  for (int run = 1; run <= 2; ++run) {
    const std::string message = next_failure();
    EXPECT_THAT(message, ContainsRegex("^the model " + fault.message));
    EXPECT_THAT(message, ContainsRegex("; trying again in 0\\.[124] s"));
    EXPECT_TRUE(g_utf8_validate(message.c_str(), -1, nullptr)) << message;
    EXPECT_GE(results_, run * fault.results);
    EXPECT_EQ(results_ > 0, fault.results > 0);
  }
}

INSTANTIATE_TEST_SUITE_P(
    ModelFaults, ModelFault,
    testing::Values(Fault{"crash", "ended with status 3.*It said last:\n.*about to crash\nTypeError: no such thing"},
                    Fault{"kill", "was ended by a signal \\(Segmentation fault\\)"},
                    Fault{"hang now", "did not answer within 0\\.2 s \\(property timeout\\)", "timeout=200", 0},
                    Fault{"garbage", "said \"what is this\\?\", which is not JSON"},
                    Fault{"wrong-frame", "was asked about frame [0-9]+ and answered for another one: \"\\{\"type\""},
                    Fault{"wrong-type", "said \".*\" where \\{\"type\":\"result\".+\\} was due"},
                    Fault{"type-list", "said \".*\" where \\{\"type\":\"result\".+\\} was due"},
                    Fault{"huge", "gave an answer of more than 1048576 bytes: \"\\{\"type\""},
                    Fault{"twice", "said \".+\", which is not one JSON object"},
                    Fault{"deep-behind", "said \".+\", which is not one JSON object"},
                    Fault{"deep-commented", "said \".+\", which is not JSON"},
                    Fault{"deep", "said \"\\[+.+\", which is nested more than 32 deep"},
                    Fault{"latin1", "ended with status 4.*It said last:\n.*f.+r"},
                    Fault{"secret", "ended with status 5.*cannot open rtsp://"},
                    Fault{"nan", "said \".*NaN.*\", which is not JSON"},
                    Fault{"close-socket", "was ended by a signal \\(Killed\\)"},
                    Fault{"exit-at-start", "ended with status 1.*ModuleNotFoundError: no module named torch",
                          "timeout=60000", 0},
                    Fault{"never-ready", "did not say that it is ready within 0\\.2 s \\(property start-timeout\\)",
                          "start-timeout=200", 0}),
    [](const auto& info) {
      std::string name = info.param.name;
      for (char& c : name)
        if (c == '-' || c == ' ') c = '_';
      return name;
    });

TEST_F(ModelFaults, a_program_that_is_not_there_is_named) {
  start("no-such-program --fast");
  for (int run = 1; run <= 2; ++run)
    EXPECT_THAT(next_failure(),
                HasSubstr("the model can't be run: \"no-such-program\": No such file or directory; trying again in"));
}

TEST_F(ModelFaults, the_wait_grows_up_to_the_last_one) {
  start("/bin/false");
  for (const char* wait : {"0.1", "0.2", "0.4", "0.4"})
    EXPECT_THAT(next_failure(), HasSubstr(std::string("; trying again in ") + wait + " s"));
}

TEST_F(ModelFaults, after_a_long_run_the_wait_is_the_first_one_again) {
  setenv("CV_MODEL_RAN_WELL_MS", "1", 1);
  start("'" NODE "' '" TEST_MODELS "/model.js' crash now");
  for (int run = 1; run <= 3; ++run) EXPECT_THAT(next_failure(), HasSubstr("; trying again in 0.1 s"));
}

// SPDX-License-Identifier: MIT
#include "supervisor/output_reader.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/crash_report.h"

namespace socketcluster::supervisor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "error worker 0 42 text"
class CollectingLog final : public base::Log {
 public:
  void write(base::LogLevel level, std::string_view text) override { add(level, "", 0, text); }
  void write_from(const base::LogOrigin& origin, base::LogLevel level,
                  std::string_view text) override {
    add(level, origin.name, origin.pid, text);
  }
  std::vector<std::string> entries;

 private:
  void add(base::LogLevel level, std::string_view name, std::int64_t pid, std::string_view text) {
    entries.push_back((level == base::LogLevel::kError ? "error " : "info ") + std::string(name) +
                      " " + std::to_string(pid) + " " + std::string(text));
  }
};

class OutputReaderTest : public testing::Test {
 protected:
  OutputReaderTest() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    write_end_ = ends[1];
    reader_ = std::make_unique<OutputReader>(loop_, ends[0], log_, "worker 0", 42);
  }
  ~OutputReaderTest() override { close_writer(); }

  void write(std::string_view text) {
    ASSERT_EQ(::write(write_end_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    loop_.run_once(std::chrono::milliseconds(0));
  }
  void close_writer() {
    if (write_end_ >= 0) ::close(std::exchange(write_end_, -1));
    loop_.run_once(std::chrono::milliseconds(0));
  }

  CollectingLog log_;
  net::EventLoop loop_;
  int write_end_ = -1;
  std::unique_ptr<OutputReader> reader_;
};

TEST_F(OutputReaderTest, WritesEachLineUnderTheNameOfTheChild) {
  write("one\ntwo\n\nthree");
  EXPECT_THAT(log_.entries, ElementsAre("info worker 0 42 one", "info worker 0 42 two"));
  write(" and more\n");
  EXPECT_THAT(log_.entries.back(), "info worker 0 42 three and more");
}

TEST_F(OutputReaderTest, WritesWhatHasNoEndWhenTheChildEnds) {
  write("last words");
  EXPECT_THAT(log_.entries, IsEmpty());
  close_writer();
  EXPECT_THAT(log_.entries, ElementsAre("info worker 0 42 last words"));
}

TEST_F(OutputReaderTest, TakesWhatIsLeftAlthoughSomebodyHoldsThePipe) {
  const std::string text(100'000, 'x');
  ASSERT_GE(::fcntl(write_end_, F_SETPIPE_SZ, 1 << 20), 1 << 20);
  ASSERT_EQ(::write(write_end_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  reader_->finish();
  std::size_t size = 0;
  for (const std::string& entry : log_.entries)
    size += entry.size() - std::strlen("info worker 0 42 ");
  EXPECT_EQ(size, text.size());
  reader_->finish();
}

TEST_F(OutputReaderTest, WritesACrashReportAsOneErrorWithReadableNames) {
  const std::string report = std::string(base::kCrashMark) +
                             "worker 0 (PID 42): SIGSEGV at address 0x10\n"
                             "app(_Z7handlerv+0x1c)[0x55]\napp(+0x3)[0x56]\n" +
                             std::string(base::kCrashEnd) + "\nafter\n";
  for (std::size_t cut = 0; cut <= report.size(); ++cut) {
    log_.entries.clear();
    write(report.substr(0, cut));
    write(report.substr(cut));
    ASSERT_THAT(log_.entries, ElementsAre("error worker 0 42 crashed: SIGSEGV at address 0x10\n"
                                          "app(handler()+0x1c)[0x55]\napp(+0x3)[0x56]",
                                          "info worker 0 42 after"))
        << cut;
  }
}

TEST_F(OutputReaderTest, WritesAReportThatHasNoEnd) {
  write(std::string(base::kCrashMark) + "worker 0 (PID 42): SIGBUS at address 0x0\nframe\n");
  EXPECT_THAT(log_.entries, IsEmpty());
  close_writer();
  EXPECT_THAT(log_.entries, ElementsAre("error worker 0 42 crashed: SIGBUS at address 0x0\nframe"));
}

TEST_F(OutputReaderTest, CutsALineAtItsLimit) {
  const std::string line(OutputReader::kMaxLineBytes, 'a');
  write(line + "\n");
  write("b\n");
  EXPECT_THAT(log_.entries, ElementsAre("info worker 0 42 " + line, "info worker 0 42 b"));
  log_.entries.clear();
  write(line + "c\n");
  EXPECT_THAT(log_.entries, ElementsAre("info worker 0 42 " + line, "info worker 0 42 c"));
}

TEST_F(OutputReaderTest, CutsAReportAboveItsLimit) {
  write(std::string(base::kCrashMark) + "worker 0 (PID 42): SIGBUS\n");
  const std::string frame(OutputReader::kMaxLineBytes - 1, 'f');
  for (int i = 0; i < 100 && log_.entries.empty(); ++i) write(frame + "\n");
  ASSERT_EQ(log_.entries.size(), 1U);
  EXPECT_LT(log_.entries[0].size(),
            OutputReader::kMaxReportBytes + OutputReader::kMaxLineBytes + 100);
}

}  // namespace
}  // namespace socketcluster::supervisor

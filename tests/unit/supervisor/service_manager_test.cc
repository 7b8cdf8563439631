// SPDX-License-Identifier: MIT
// Against a real datagram socket in the place of the service manager's.
#include "supervisor/service_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "unit/base/recording_log.h"

namespace socketcluster::supervisor {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

// The service manager's end. Bound to `name` in the form of NOTIFY_SOCKET.
class Listener {
 public:
  explicit Listener(const std::string& name) : name_(name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() {
    ::close(fd_);
    if (name_.front() == '/') ::unlink(name_.c_str());
  }

  // What has come so far, a datagram each.
  std::vector<std::string> take() {
    std::vector<std::string> all;
    std::array<char, 4096> buffer;
    for (;;) {
      const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size < 0) return all;
      all.emplace_back(buffer.data(), static_cast<std::size_t>(size));
    }
  }

 private:
  std::string name_;
  int fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

std::string own_path() {
  return testing::TempDir() + "notify-" + std::to_string(::getpid());
}
std::string own_name() {
  return "@socketcluster-test-" + std::to_string(::getpid());
}

class ServiceManagerTest : public testing::Test {
 protected:
  net::EventLoop loop_;
  test::RecordingLog log_;
};

TEST_F(ServiceManagerTest, TellsEachStateWithAStatusInOneDatagram) {
  for (const std::string& name : {own_path(), own_name()}) {
    Listener systemd(name);
    ServiceManager service(loop_, log_, {.socket = name});
    service.ready("2 workers serve");
    service.reloading("replacing the workers");
    service.stopping("asked to stop");
    EXPECT_THAT(systemd.take(),
                ElementsAre("READY=1\nSTATUS=2 workers serve",
                            MatchesRegex(
                                "RELOADING=1\nMONOTONIC_USEC=[0-9]+\nSTATUS=replacing the workers"),
                            "STOPPING=1\nSTATUS=asked to stop"))
        << name;
  }
  EXPECT_THAT(log_.lines, IsEmpty());
}

TEST_F(ServiceManagerTest, TheTimeOfAReloadIsThatOfTheMonotonicClock) {
  Listener systemd(own_name());
  ServiceManager service(loop_, log_, {.socket = own_name()});
  const auto now = [] {
    return std::chrono::duration_cast<microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
  const auto before = now();
  service.reloading("");
  const auto after = now();
  const std::vector<std::string> told = systemd.take();
  ASSERT_THAT(told, SizeIs(1));
  const std::string mark = "MONOTONIC_USEC=";
  const auto usec = std::stoll(told[0].substr(told[0].find(mark) + mark.size()));
  EXPECT_GE(usec, before);
  EXPECT_LE(usec, after);
}

TEST_F(ServiceManagerTest, TellsAStatusOnlyWhenItDiffers) {
  Listener systemd(own_name());
  ServiceManager service(loop_, log_, {.socket = own_name()});
  service.ready("2 of 2");
  service.set_status("2 of 2");
  service.set_status("1 of 2");
  service.set_status("1 of 2");
  EXPECT_THAT(systemd.take(), ElementsAre("READY=1\nSTATUS=2 of 2", "STATUS=1 of 2"));
}

TEST_F(ServiceManagerTest, AStatusCannotAddAVariable) {
  Listener systemd(own_name());
  ServiceManager service(loop_, log_, {.socket = own_name()});
  service.stopping("a\nMAINPID=1");
  const std::vector<std::string> told = systemd.take();
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].find("\nMAINPID"), std::string::npos) << told[0];
}

// Half of 40 ms, measured on the loop's clock: the first sign at once, the next two by 40 ms.
TEST_F(ServiceManagerTest, GivesSignsOfLifeTwiceAsOftenAsTheyAreDueOnceItIsReady) {
  Listener systemd(own_name());
  ServiceManager service(loop_, log_, {.socket = own_name(), .watchdog = milliseconds(40)});
  loop_.run_once(milliseconds(0));
  EXPECT_THAT(systemd.take(), IsEmpty()) << "it is not ready yet";
  service.ready("up");
  EXPECT_THAT(systemd.take(), ElementsAre("READY=1\nSTATUS=up", "WATCHDOG=1"));
  const std::uint64_t start = loop_.now_ms();
  std::vector<std::string> signs;
  while (signs.size() < 2) {
    loop_.run_once(milliseconds(1000));
    for (std::string& sign : systemd.take()) signs.push_back(std::move(sign));
  }
  EXPECT_THAT(signs, ElementsAre("WATCHDOG=1", "WATCHDOG=1"));
  EXPECT_GE(loop_.now_ms() - start, 40U);
}

TEST_F(ServiceManagerTest, BeingReadyAgainDoesNotDoubleTheSigns) {
  Listener systemd(own_name());
  ServiceManager service(loop_, log_, {.socket = own_name(), .watchdog = std::chrono::hours(1)});
  service.ready("up");
  service.ready("up");
  EXPECT_THAT(systemd.take(),
              ElementsAre("READY=1\nSTATUS=up", "WATCHDOG=1", "READY=1\nSTATUS=up"));
}

TEST_F(ServiceManagerTest, WithoutASocketNothingIsToldAndNothingIsWrong) {
  ServiceManager service(loop_, log_, {.watchdog = milliseconds(1)});
  service.ready("up");
  service.stopping("down");
  EXPECT_THAT(log_.lines, IsEmpty());
}

TEST_F(ServiceManagerTest, WarnsOnceWhenNobodyListens) {
  ServiceManager service(loop_, log_, {.socket = "/nowhere/notify"});
  service.ready("up");
  service.stopping("down");
  EXPECT_THAT(log_.lines, ElementsAre(HasSubstr("'/nowhere/notify': No such file")));
}

TEST_F(ServiceManagerTest, WarnsOfASocketThatItCannotUse) {
  for (const std::string& name : {std::string("vsock:2:1234"), std::string("@"),
                                  "/" + std::string(sizeof(sockaddr_un::sun_path), 'x')}) {
    log_.lines.clear();
    ServiceManager service(loop_, log_, {.socket = name});
    service.ready("up");
    EXPECT_THAT(log_.lines, SizeIs(1)) << name;
  }
}

TEST(ServiceSettings, LeaveTheEnvironment) {
  ::setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  const ServiceSettings settings = take_service_settings();
  EXPECT_EQ(settings.socket, "/run/systemd/notify");
  EXPECT_EQ(settings.watchdog, std::chrono::seconds(30));
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
    EXPECT_EQ(std::getenv(name), nullptr) << name;
  }
  EXPECT_EQ(take_service_settings().socket, "");
}

TEST(ServiceSettings, TheWatchdogMayBeAnotherProcesssOrNone) {
  const auto watchdog = [](const char* usec, const char* pid) {
    ::setenv("WATCHDOG_USEC", usec, 1);
    if (*pid != '\0') ::setenv("WATCHDOG_PID", pid, 1);
    return take_service_settings().watchdog;
  };
  EXPECT_EQ(watchdog("1000", ""), microseconds(1000));
  EXPECT_EQ(watchdog("1000", "1"), microseconds(0));
  for (const char* usec : {"0", "-5", "x", "10s", "", "99999999999999999999"}) {
    EXPECT_EQ(watchdog(usec, ""), microseconds(0)) << usec;
  }
}

}  // namespace
}  // namespace socketcluster::supervisor

// SPDX-License-Identifier: MIT
#include "app/controller_file.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <utility>

#include "app/controller_libraries.h"
#include "app/controllers.h"

namespace socketcluster::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kGood = SC_TEST_CONTROLLER;

class ControllerFileTest : public testing::Test {
 protected:
  ControllerFileTest() {
    std::string name = testing::TempDir() + "controller-XXXXXX";
    directory_ = ::mkdtemp(name.data());
  }
  ~ControllerFileTest() override { std::filesystem::remove_all(directory_); }

  static std::string good_bytes() {
    std::ifstream file(kGood, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string written(const std::string& bytes) const {
    const std::string path = directory_ + "/worker.so";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  static std::string error_of(const std::string& path) {
    const auto file = load_controller("workerController", path, LoadFrom::kCopy);
    return file ? "" : file.error().text;
  }

  // What is said about a copy of the good file after `change`.
  std::string error_after(const std::function<void(std::string&)>& change) const {
    std::string bytes = good_bytes();
    change(bytes);
    const std::string path = written(bytes);
    const std::string error = error_of(path);
    const std::string start = "workerController " + path + ": ";
    EXPECT_THAT(error, StartsWith(start));
    return error.substr(std::min(start.size(), error.size()));
  }

  std::string directory_;
};

void overwrite(std::string& bytes, std::size_t offset, std::string_view text) {
  bytes.replace(offset, text.size(), text);
}

std::size_t stamp_of(const std::string& bytes) {
  return bytes.find(ControllerStamp().magic);
}

TEST_F(ControllerFileTest, OffersWhatItsMacrosName) {
  for (const LoadFrom from : {LoadFrom::kCopy, LoadFrom::kPlace}) {
    const auto file = load_controller("workerController", kGood, from);
    ASSERT_TRUE(file) << file.error().text;
    EXPECT_NE(file->worker, nullptr);
    EXPECT_EQ(file->broker, nullptr);
    EXPECT_NE(file->master, nullptr);
  }
}

TEST_F(ControllerFileTest, TwoCopiesAreIndependentOfTheirFile) {
  const std::string path = written(good_bytes());
  const auto first = load_controller("workerController", path, LoadFrom::kCopy);
  written(std::string(100, 'x'));
  written(good_bytes());
  const auto second = load_controller("workerController", path, LoadFrom::kCopy);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->worker, second->worker);
}

TEST_F(ControllerFileTest, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(error_of(directory_ + "/no.so"),
            "workerController " + directory_ + "/no.so: No such file or directory");
  EXPECT_THAT(error_of(directory_), HasSubstr("it is no ordinary file"));
  EXPECT_EQ(error_after([](std::string& bytes) { bytes.clear(); }), "it is empty");
}

TEST_F(ControllerFileTest, RefusesWhatIsNoSharedObject) {
  const std::string refusal =
      "it is no shared object; build it with add_library(... MODULE ...), or g++ -shared -fPIC";
  EXPECT_EQ(error_after([](std::string& bytes) { bytes = "module.exports = 1;"; }), refusal);
  EXPECT_EQ(error_after([](std::string& bytes) { bytes.resize(sizeof(Elf64_Ehdr) - 1); }), refusal);
  EXPECT_EQ(error_after([](std::string& bytes) { bytes[offsetof(Elf64_Ehdr, e_type)] = ET_REL; }),
            refusal);
}

TEST_F(ControllerFileTest, RefusesAProgram) {
  EXPECT_THAT(error_of("/proc/self/exe"), HasSubstr("it is a program, not a shared object"));
}

TEST_F(ControllerFileTest, RefusesAnotherMachine) {
  const std::string refusal = "it is built for another kind of machine";
  EXPECT_EQ(error_after([](std::string& bytes) { bytes[EI_CLASS] = ELFCLASS32; }), refusal);
  EXPECT_EQ(
      error_after([](std::string& bytes) { bytes[offsetof(Elf64_Ehdr, e_machine)] = EM_SPARC; }),
      refusal);
}

TEST_F(ControllerFileTest, RefusesAFileWithoutItsEnd) {
  for (const std::size_t size : {sizeof(Elf64_Ehdr), good_bytes().size() / 4}) {
    EXPECT_EQ(error_after([size](std::string& bytes) { bytes.resize(size); }),
              "it is cut short: a part of it is missing; copy it again");
  }
}

TEST_F(ControllerFileTest, RefusesOffsetsBeyondTheFile) {
  const auto set_offset = [](std::string& bytes) {
    overwrite(bytes, offsetof(Elf64_Ehdr, e_phoff),
              std::string_view("\xf8\xff\xff\xff\xff\xff\xff\xff", 8));
  };
  EXPECT_THAT(error_after(set_offset), StartsWith("it is cut short"));
}

TEST_F(ControllerFileTest, RefusesASharedObjectWithoutAController) {
  const auto forget = [](std::string& bytes) { overwrite(bytes, stamp_of(bytes), "Nothing"); };
  EXPECT_EQ(error_after(forget),
            "it is no controller: its source has none of the macros of socketcluster/controller.h");
}

TEST_F(ControllerFileTest, RefusesAnotherVersion) {
  const auto change = [](std::string& bytes) {
    overwrite(bytes, stamp_of(bytes) + offsetof(ControllerStamp, version),
              std::string_view("9.8.7\x1b\0", 7));
  };
  EXPECT_EQ(
      error_after(change),
      "it was built with SocketCluster 9.8.7\\x1b, this program is " SOCKETCLUSTER_VERSION_STRING
      "; build it again");
}

TEST_F(ControllerFileTest, RefusesAnotherLibraryAndOtherHeaders) {
  const auto library = [](std::string& bytes) {
    overwrite(bytes, stamp_of(bytes) + offsetof(ControllerStamp, library), "libother+");
  };
  EXPECT_THAT(error_after(library), StartsWith("it was built for libother+, this program for "));
  const auto layout = [](std::string& bytes) {
    bytes[stamp_of(bytes) + offsetof(ControllerStamp, layout)] ^= 1;
  };
  EXPECT_THAT(error_after(layout), HasSubstr("with the headers of another SocketCluster"));
}

TEST_F(ControllerFileTest, LooksAtEveryStamp) {
  std::string bytes = good_bytes();
  std::string other = bytes.substr(stamp_of(bytes), sizeof(ControllerStamp));
  EXPECT_TRUE(check_stamps(bytes + other));
  other[offsetof(ControllerStamp, version)] = '9';
  EXPECT_FALSE(check_stamps(bytes + other));
  EXPECT_FALSE(check_stamps(bytes + other.substr(0, sizeof(ControllerStamp) - 1)));
}

class SilentLog final : public base::Log {
 public:
  void write(base::LogLevel /*level*/, std::string_view text) override { text_ += text; }
  std::string text_;
};

TEST_F(ControllerFileTest, ControllersOfFilesReplaceThoseOfTheProgram) {
  Options options;
  const Controllers own{.worker = [](Worker&) {}, .broker = [](Broker&) {}};
  EXPECT_TRUE(worker_controllers(options, own)->worker);
  options.worker_controller = options.broker_controller = options.init_controller = kGood;
  EXPECT_TRUE(worker_controllers(options, own)->worker);
  EXPECT_TRUE(master_controllers(options, own)->master);
  const auto broker = broker_controllers(options, own);
  ASSERT_FALSE(broker);
  EXPECT_EQ(broker.error().text, "brokerController " + kGood +
                                     ": it has no such controller; add "
                                     "SOCKETCLUSTER_BROKER_CONTROLLER(function)");
}

TEST_F(ControllerFileTest, WaitsForFilesNoLongerThanAllowed) {
  Options options;
  options.worker_controller = kGood;
  options.init_controller = directory_ + "/later.so";
  options.controller_boot_timeout = options.boot_check_interval = std::chrono::milliseconds(1);
  SilentLog log;
  const base::Status waited = await_controller_files(options, log);
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().text, "Failed to locate a controller file at path " + directory_ +
                                     "/later.so before SOCKETCLUSTER_CONTROLLER_BOOT_TIMEOUT");
  EXPECT_THAT(log.text_, HasSubstr("is not there yet: waiting for it"));
  options.init_controller.clear();
  EXPECT_TRUE(await_controller_files(options, log));
}

// What the file says to the dynamic linker is read before that does it.
TEST_F(ControllerFileTest, LooksForLibrariesInsideOfTheBytesAlone) {
  std::string bytes = good_bytes();
  EXPECT_TRUE(libraries_of_origin(bytes, kGood).empty());
  Elf64_Ehdr header{};
  std::memcpy(&header, bytes.data(), sizeof header);
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    std::memcpy(&segment, bytes.data() + header.e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_type != PT_DYNAMIC) continue;
    for (std::size_t at = segment.p_offset; at < segment.p_offset + segment.p_filesz; ++at) {
      const char before = std::exchange(bytes[at], '\xff');
      EXPECT_TRUE(libraries_of_origin(bytes, kGood).empty()) << at;
      bytes[at] = before;
    }
  }
}

}  // namespace
}  // namespace socketcluster::app

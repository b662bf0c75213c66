// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace presslab::test {

/// A small HTTP/1.1 server on loopback, a connection a request. The handler runs on threads of the server.
class HttpServer {
 public:
  struct Request {
    std::string method, path, query;
    std::map<std::string, std::string> headers;  // names in small letters
  };
  struct Response {
    int status = 200;
    std::map<std::string, std::string> headers;
    std::string body;
    int64_t cutAfter = -1;  // the connection ends after so many bytes of the body, although more were announced
    int pauseMs = 0;        // after every 16 KiB
    bool hang = false;      // no answer until the server goes
  };
  using Handler = std::function<Response(const Request&)>;

  explicit HttpServer(Handler handler) : m_handler(std::move(handler)) {
    m_listen = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (m_listen < 0 || ::bind(m_listen, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(m_listen, 16) != 0 ||
        ::getsockname(m_listen, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no loopback");
    m_port = ntohs(address.sin_port);
    m_accept = std::thread([this] { accept(); });
  }
  ~HttpServer() {
    m_stop = true;
    ::shutdown(m_listen, SHUT_RDWR);
    m_accept.join();
    ::close(m_listen);
    for (std::thread& t : m_threads) t.join();
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(m_port); }
  std::vector<Request> requests() const {
    const std::lock_guard lock(m_mutex);
    return m_requests;
  }
  void forget() {
    const std::lock_guard lock(m_mutex);
    m_requests.clear();
  }

 private:
  void accept() {
    for (;;) {
      const int fd = ::accept4(m_listen, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      m_threads.emplace_back([this, fd] {
        serve(fd);
        ::close(fd);
      });
    }
  }
  static bool sendAll(int fd, const char* data, size_t bytes) {
    while (bytes > 0) {
      const ssize_t n = ::send(fd, data, bytes, MSG_NOSIGNAL);
      if (n <= 0) return false;
      data += n;
      bytes -= size_t(n);
    }
    return true;
  }
  void serve(int fd) {
    std::string text;
    char buffer[4096];
    while (text.find("\r\n\r\n") == std::string::npos) {
      const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0) return;
      text.append(buffer, size_t(n));
    }
    const Request request = parse(text);
    {
      const std::lock_guard lock(m_mutex);
      m_requests.push_back(request);
    }
    const Response r = m_handler(request);
    while (r.hang && !m_stop) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (r.hang) return;
    std::string head = "HTTP/1.1 " + std::to_string(r.status) + " Told\r\nConnection: close\r\n";
    for (const auto& [name, value] : r.headers) head += name + ": " + value + "\r\n";
    if (!r.headers.count("Content-Length")) head += "Content-Length: " + std::to_string(r.body.size()) + "\r\n";
    head += "\r\n";
    if (!sendAll(fd, head.data(), head.size()) || request.method == "HEAD") return;
    const size_t end = r.cutAfter < 0 ? r.body.size() : std::min(r.body.size(), size_t(r.cutAfter));
    for (size_t from = 0; from < end && !m_stop; from += 16384) {
      if (!sendAll(fd, r.body.data() + from, std::min<size_t>(16384, end - from))) return;
      if (r.pauseMs > 0) std::this_thread::sleep_for(std::chrono::milliseconds(r.pauseMs));
    }
  }
  static Request parse(const std::string& text) {
    Request r;
    const size_t a = text.find(' '), b = text.find(' ', a + 1);
    r.method = text.substr(0, a);
    r.path = text.substr(a + 1, b - a - 1);
    if (const size_t mark = r.path.find('?'); mark != std::string::npos) {
      r.query = r.path.substr(mark + 1);
      r.path.resize(mark);
    }
    for (size_t from = text.find("\r\n") + 2; from < text.size();) {
      const size_t end = text.find("\r\n", from), colon = text.find(':', from);
      if (end == from || end == std::string::npos) break;
      std::string name = text.substr(from, colon - from);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return char(std::tolower(c)); });
      r.headers[name] = text.substr(colon + 2, end - colon - 2);
      from = end + 2;
    }
    return r;
  }

  Handler m_handler;
  int m_listen = -1;
  uint16_t m_port = 0;
  std::atomic<bool> m_stop{false};
  mutable std::mutex m_mutex;
  std::vector<Request> m_requests;
  std::vector<std::thread> m_threads;
  std::thread m_accept;
};

}  // namespace presslab::test

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/// A listening TCP socket, or the negated errno. The address has 4 or 16 bytes; with 0 bytes it
/// is every address, of both families where the kernel has both. The port is in host byte order.
static inline int apus_http_listen(
    const uint8_t *address, size_t byte_count, uint32_t scope, uint16_t port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = scope};
    const int kind = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const int yes = 1, only_v6 = byte_count != 0;
    if (byte_count == sizeof v4.sin_addr) memcpy(&v4.sin_addr, address, byte_count);
    if (byte_count == sizeof v6.sin6_addr) memcpy(&v6.sin6_addr, address, byte_count);

    int is_v4 = byte_count == sizeof v4.sin_addr;
    int fd = socket(is_v4 ? AF_INET : AF_INET6, kind, 0);
    if (fd < 0 && errno == EAFNOSUPPORT && byte_count == 0) {
        is_v4 = 1;
        fd = socket(AF_INET, kind, 0);
    }
    if (fd < 0) return -errno;
    int failed = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (!failed && !is_v4)
        failed = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
    if (!failed)
        failed = is_v4 ? bind(fd, (const struct sockaddr *)&v4, sizeof v4)
                       : bind(fd, (const struct sockaddr *)&v6, sizeof v6);
    if (!failed) failed = listen(fd, 128);
    if (!failed) return fd;
    failed = errno;
    close(fd);
    return -failed;
}

/// The port that a socket is bound to, in host byte order; 0 when it has none.
static inline uint16_t apus_http_port(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0) return 0;
    // The port lies at the same place in both families.
    return ntohs(((const struct sockaddr_in *)&address)->sin_port);
}

/// MHD_start_daemon on a listening socket, which it takes, polled from outside through epoll.
static inline struct MHD_Daemon *apus_http_start(
    int listener, unsigned connections, size_t memory_bytes,
    MHD_AccessHandlerCallback answer, MHD_NotifyConnectionCallback notify, void *context)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, answer, context,
        MHD_OPTION_LISTEN_SOCKET, (MHD_socket)listener,
        MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory_bytes,
        MHD_OPTION_NOTIFY_CONNECTION, notify, context,
        MHD_OPTION_END);
}

/// MHD_get_daemon_info for the epoll descriptor; -1 when there is none.
static inline int apus_http_epoll(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

/// MHD_get_connection_info for the socket of a connection; -1 when there is none.
static inline int apus_http_socket(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/// Ends a connection in both directions; the library then finds it closed and lets it go.
static inline void apus_http_cut(int fd) { shutdown(fd, SHUT_RDWR); }

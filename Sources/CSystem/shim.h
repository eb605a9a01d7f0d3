// SPDX-License-Identifier: Apache-2.0
// What the system offers and Swift's own module of the C library leaves out.
#pragma once
// Only what GNU adds to a header is wanted, not the other standard that _GNU_SOURCE would choose:
// then the types both modules hold would differ.
#include <features.h>
#ifndef __USE_GNU
#define __USE_GNU 1
#endif
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// The bytes of ancillary data that one datagram can carry here: one IP_PKTINFO or IPV6_PKTINFO.
#define CSYSTEM_CONTROL_BYTES 64

// recvmmsg and sendmmsg live in a header part that glibc hides from Swift's module.
static inline int csystem_recvmmsg(int fd, struct mmsghdr *headers, unsigned int count) {
    return recvmmsg(fd, headers, count, MSG_DONTWAIT, NULL);
}
static inline int csystem_sendmmsg(int fd, struct mmsghdr *headers, unsigned int count) {
    return sendmmsg(fd, headers, count, MSG_DONTWAIT);
}
static inline int csystem_accept4(int fd, struct sockaddr *address, socklen_t *size) {
    return accept4(fd, address, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// CMSG_FIRSTHDR, CMSG_NXTHDR, CMSG_DATA: finds where a datagram was sent to.
// Returns 4 or 6 and fills address (4 or 16 bytes) and interface; 0 when the kernel did not say.
static inline int csystem_packet_local(struct msghdr *header, unsigned char *address,
                                       unsigned int *interface) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            memcpy(address, &info.ipi_addr, 4);
            *interface = (unsigned int)info.ipi_ifindex;
            return 4;
        }
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            memcpy(address, &info.ipi6_addr, 16);
            *interface = info.ipi6_ifindex;
            return 6;
        }
    }
    return 0;
}

// Puts the address that a datagram is to leave from into the header's control memory.
static inline void csystem_set_packet_local(struct msghdr *header, int family,
                                            const unsigned char *address,
                                            unsigned int interface) {
    memset(header->msg_control, 0, CSYSTEM_CONTROL_BYTES);
    header->msg_controllen = CSYSTEM_CONTROL_BYTES;
    struct cmsghdr *c = CMSG_FIRSTHDR(header);
    if (family == 4) {
        struct in_pktinfo info;
        memset(&info, 0, sizeof info);
        memcpy(&info.ipi_spec_dst, address, 4);
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(c), &info, sizeof info);
        header->msg_controllen = CMSG_SPACE(sizeof info);
    } else {
        struct in6_pktinfo info;
        memset(&info, 0, sizeof info);
        memcpy(&info.ipi6_addr, address, 16);
        info.ipi6_ifindex = interface;
        c->cmsg_level = IPPROTO_IPV6;
        c->cmsg_type = IPV6_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(c), &info, sizeof info);
        header->msg_controllen = CMSG_SPACE(sizeof info);
    }
}

// CPU_SET and CPU_COUNT.
static inline int csystem_processor_count(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return CPU_COUNT(&set);
}

// prctl(PR_SET_NAME) by way of pthread_setname_np.
static inline void csystem_name_thread(const char *name) {
    (void)pthread_setname_np(pthread_self(), name);
}

// environ: a global that Swift cannot read, because somebody could write it.
static inline char **csystem_environment(void) { return environ; }

// SPDX-License-Identifier: Apache-2.0
// What the system offers and Swift's own module of the C library leaves out.
#pragma once
// Only what GNU adds to a header is wanted, not the other standard that _GNU_SOURCE would choose:
// then the types both modules hold would differ.
#include <features.h>
#ifndef __USE_GNU
#define __USE_GNU 1
#endif
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <malloc.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

// The bytes of ancillary data that one datagram can carry here: IPv4 on a socket of both families
// brings one IP_PKTINFO and one IPV6_PKTINFO.
#define CSYSTEM_CONTROL_BYTES 128

// Where a datagram was sent to, or is to leave from.
struct csystem_local {
    int family;           // 4 or 6; 0 when the kernel did not say.
    unsigned int interface;
    uint64_t high, low;   // In the order of this machine; IPv4 in the lowest 32 bits.
};

// recvmmsg and sendmmsg live in a header part that glibc hides from Swift's module.
static inline int csystem_recvmmsg(int fd, struct mmsghdr *headers, unsigned int count) {
    return recvmmsg(fd, headers, count, MSG_DONTWAIT, NULL);
}
static inline int csystem_sendmmsg(int fd, struct mmsghdr *headers, unsigned int count) {
    return sendmmsg(fd, headers, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}
static inline int csystem_accept4(int fd, struct sockaddr *address, socklen_t *size) {
    return accept4(fd, address, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// The bytes of a connection that were written and that the other side has not confirmed.
static inline int csystem_unsent(int fd) {
    int count = 0;
    return ioctl(fd, SIOCOUTQ, &count) == -1 ? -1 : count;
}

// sendmsg of two pieces, without the signal that a closed connection would bring.
static inline ssize_t csystem_send_two(int fd, const void *first, size_t first_size,
                                       const void *second, size_t second_size) {
    struct iovec pieces[2] = {{(void *)first, first_size}, {(void *)second, second_size}};
    struct msghdr header;
    memset(&header, 0, sizeof header);
    header.msg_iov = pieces;
    header.msg_iovlen = 2;
    return sendmsg(fd, &header, MSG_NOSIGNAL);
}

// CMSG_FIRSTHDR, CMSG_NXTHDR, CMSG_DATA: finds where a datagram was sent to.
static inline struct csystem_local csystem_packet_local(struct msghdr *header) {
    struct csystem_local local = {0, 0, 0, 0};
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO &&
            c->cmsg_len >= CMSG_LEN(sizeof(struct in_pktinfo))) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            local.family = 4;
            local.interface = (unsigned int)info.ipi_ifindex;
            local.high = 0;
            // Of the two addresses the one to answer from: a broadcast address is none.
            local.low = ntohl(info.ipi_spec_dst.s_addr);
            return local;
        }
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO &&
            c->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo))) {
            struct in6_pktinfo info;
            uint64_t halves[2];
            memcpy(&info, CMSG_DATA(c), sizeof info);
            memcpy(halves, &info.ipi6_addr, sizeof halves);
            local.family = 6;
            local.interface = info.ipi6_ifindex;
            local.high = be64toh(halves[0]);
            local.low = be64toh(halves[1]);
        }
    }
    return local;
}

// Puts the address that a datagram is to leave from into the header's control memory.
static inline void csystem_set_packet_local(struct msghdr *header, struct csystem_local local) {
    struct cmsghdr *c = (struct cmsghdr *)header->msg_control;
    if (local.family == 4) {
        struct in_pktinfo info = {(int)local.interface, {htonl((uint32_t)local.low)}, {0}};
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(c), &info, sizeof info);
        header->msg_controllen = CMSG_SPACE(sizeof info);
    } else {
        struct in6_pktinfo info;
        uint64_t halves[2] = {htobe64(local.high), htobe64(local.low)};
        memcpy(&info.ipi6_addr, halves, sizeof halves);
        info.ipi6_ifindex = local.interface;
        c->cmsg_level = IPPROTO_IPV6;
        c->cmsg_type = IPV6_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(c), &info, sizeof info);
        header->msg_controllen = CMSG_SPACE(sizeof info);
    }
}

// Has what the header sends cut into datagrams of so many bytes.
static inline void csystem_set_segment_size(struct msghdr *header, uint16_t size) {
    struct cmsghdr *c = (struct cmsghdr *)header->msg_control;
    c->cmsg_level = IPPROTO_UDP;
    c->cmsg_type = UDP_SEGMENT;
    c->cmsg_len = CMSG_LEN(sizeof size);
    memcpy(CMSG_DATA(c), &size, sizeof size);
    header->msg_controllen = CMSG_SPACE(sizeof size);
}

// SO_MEMINFO: the datagrams that a socket dropped because its buffer was full; -1 on failure.
static inline int64_t csystem_dropped_count(int fd) {
    uint32_t values[9];  // SK_MEMINFO_VARS, of which SK_MEMINFO_DROPS is the last.
    socklen_t size = sizeof values;
    if (getsockopt(fd, SOL_SOCKET, 55 /* SO_MEMINFO */, values, &size) != 0) return -1;
    return size == sizeof values ? (int64_t)values[8] : -1;
}

// epoll_pwait2(2) without a mask, which the C library has a function for from glibc 2.35 on only.
static inline int csystem_wait(int poll, struct epoll_event *events, int capacity,
                               const struct timespec *timeout) {
    return (int)syscall(SYS_epoll_pwait2, poll, events, capacity, timeout, NULL, (size_t)0);
}

// CPU_SET and CPU_COUNT. A machine may have more processors than a cpu_set_t: then 0.
static inline int csystem_processor_count(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    return CPU_COUNT(&set);
}

// The processors that the calling thread may use, in their order; how many there are.
static inline int csystem_processors(int *processors, int capacity) {
    cpu_set_t set;
    int count = 0;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    for (int index = 0; index < CPU_SETSIZE && count < capacity; index++) {
        if (CPU_ISSET(index, &set)) processors[count++] = index;
    }
    return count;
}

// Keeps the calling thread on one processor; 0, or what went wrong.
static inline int csystem_stay_on_processor(int processor) {
    cpu_set_t set;
    if (processor < 0 || processor >= CPU_SETSIZE) return EINVAL;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

// Lets other threads go before the calling one: batch policy and, from Linux 6.12 on, a time slice
// in nanoseconds (sched_setattr, which the C library has no call for). An errno or 0.
static inline int csystem_give_way(uint64_t slice) {
    // The system call counts from 40 down to 1.
    int nice_value = 20 - (int)syscall(SYS_getpriority, 0, 0);
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {sizeof attributes, SCHED_BATCH, 0, nice_value, 0, slice, 0, 0};
    return syscall(SYS_sched_setattr, 0, &attributes, 0) == 0 ? 0 : errno;
}

// Whether the policy of the calling thread is batch.
static inline int csystem_is_batch(void) { return sched_getscheduler(0) == SCHED_BATCH; }

// fork and execv: the program runs in a process group of its own, on one processor unless that is
// negative, with no signal blocked, and is ended with the thread that started it. The process's
// number, or -1. Only calls that are safe between fork and exec are made in between.
static inline pid_t csystem_start(char *const *arguments, int output, int processor) {
    pid_t parent = getpid();
    pid_t child = fork();
    if (child > 0) setpgid(child, child);
    if (child != 0) return child;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    if (processor >= 0 && csystem_stay_on_processor(processor) != 0) _exit(127);
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) _exit(127);
    execv(arguments[0], arguments);
    _exit(127);
}

// Runs a program that has our streams and waits for it; its exit code, or -1 when none was started.
static inline int csystem_run(char *const *arguments) {
    struct sigaction ignore = {0}, interrupt, quit;
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignore, &interrupt);
    sigaction(SIGQUIT, &ignore, &quit);
    pid_t child = fork();
    if (child == 0) {
        sigaction(SIGINT, &interrupt, NULL);
        sigaction(SIGQUIT, &quit, NULL);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        signal(SIGPIPE, SIG_DFL);
        execv(arguments[0], arguments);
        _exit(127);
    }
    int status = 0, failure = errno;
    if (child > 0) {
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    }
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGQUIT, &quit, NULL);
    errno = failure;
    if (child < 0) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Whether a child has ended; what is known of it stays until csystem_reap.
static inline int csystem_has_ended(pid_t child) {
    siginfo_t information;
    information.si_pid = 0;
    int result = waitid(P_PID, (id_t)child, &information, WEXITED | WNOHANG | WNOWAIT);
    return result != 0 || information.si_pid != 0;
}
static inline void csystem_reap(pid_t child) {
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
}

// setns(CLONE_NEWNET): the calling thread moves to another network.
static inline int csystem_enter_network(int network) { return setns(network, CLONE_NEWNET); }

// prctl(PR_SET_NAME) by way of pthread_setname_np, which wants at most 15 bytes.
static inline int csystem_name_thread(const char *name) {
    return pthread_setname_np(pthread_self(), name);
}
static inline int csystem_thread_name(char *name, size_t size) {
    return pthread_getname_np(pthread_self(), name, size);
}

// What malloc has handed out and not got back, in bytes.
static inline size_t csystem_allocated(void) {
    struct mallinfo2 sums = mallinfo2();
    return sums.uordblks + sums.hblkhd;
}

// environ: a global that Swift cannot read, because somebody could write it.
static inline char **csystem_environment(void) { return environ; }

// Whether anybody has a file open for writing, by asking for a read lease, which the system gives
// only when nobody has, and giving it back: 1 or 0; -1 when it cannot tell.
static inline int csystem_has_writer(int fd) {
    struct statfs system;
    // Whoever opens the file for writing meanwhile waits for the unlocking, and we are told by a
    // signal: this one is ignored, where the usual SIGIO would end the process.
    if (fcntl(fd, F_SETSIG, SIGURG) != 0) return -1;
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
        fcntl(fd, F_SETLEASE, F_UNLCK);
        return 0;
    }
    if (errno != EAGAIN) return -1;
    // NFS and SMB refuse in the same way what their server has not delegated.
    if (fstatfs(fd, &system) != 0) return -1;
    switch ((unsigned int)system.f_type) {
    case 0x6969:      // NFS_SUPER_MAGIC
    case 0x517B:      // SMB_SUPER_MAGIC
    case 0xFF534D42:  // CIFS
    case 0xFE534D42:  // SMB2
        return -1;
    default:
        return 1;
    }
}

// bpf(2), which the C library has no function for: a descriptor or 0, or -1.
static inline int csystem_bpf(int command, union bpf_attr *attributes) {
    return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

// BPF_MAP_CREATE; the name is cut to what the kernel takes.
static inline int csystem_bpf_map(int kind, unsigned int key_size, unsigned int value_size,
                                  unsigned int capacity, unsigned int flags, const char *name) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_type = (unsigned int)kind;
    attributes.key_size = key_size;
    attributes.value_size = value_size;
    attributes.max_entries = capacity;
    attributes.map_flags = flags;
    strncpy(attributes.map_name, name, sizeof attributes.map_name - 1);
    return csystem_bpf(BPF_MAP_CREATE, &attributes);
}

// BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM (without a value) and BPF_MAP_LOOKUP_ELEM.
static inline int csystem_bpf_element(int command, int map, const void *key, void *value) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_fd = (unsigned int)map;
    attributes.key = (uint64_t)(uintptr_t)key;
    attributes.value = (uint64_t)(uintptr_t)value;
    return csystem_bpf(command, &attributes);
}

// BPF_MAP_UPDATE_BATCH: many keys with their values, one behind the other.
static inline int csystem_bpf_update(int map, const void *keys, const void *values,
                                     unsigned int count) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.batch.map_fd = (unsigned int)map;
    attributes.batch.keys = (uint64_t)(uintptr_t)keys;
    attributes.batch.values = (uint64_t)(uintptr_t)values;
    attributes.batch.count = count;
    return csystem_bpf(BPF_MAP_UPDATE_BATCH, &attributes);
}

// BPF_PROG_LOAD of an XDP program; with a log the verifier writes what it sees into it.
static inline int csystem_bpf_program(const uint64_t *instructions, unsigned int count,
                                      const char *name, char *log, unsigned int log_size) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_XDP;
    attributes.expected_attach_type = BPF_XDP;
    attributes.insns = (uint64_t)(uintptr_t)instructions;
    attributes.insn_cnt = count;
    attributes.license = (uint64_t)(uintptr_t)"Apache-2.0";
    strncpy(attributes.prog_name, name, sizeof attributes.prog_name - 1);
    if (log_size > 0) {
        attributes.log_level = 1;
        attributes.log_buf = (uint64_t)(uintptr_t)log;
        attributes.log_size = log_size;
    }
    return csystem_bpf(BPF_PROG_LOAD, &attributes);
}

// BPF_PROG_TEST_RUN: runs a program once on a frame; `*output_size` comes back as what it became.
static inline int csystem_bpf_run(int program, const void *input, unsigned int input_size,
                                  void *output, unsigned int *output_size,
                                  unsigned int *verdict) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.test.prog_fd = (unsigned int)program;
    attributes.test.data_in = (uint64_t)(uintptr_t)input;
    attributes.test.data_size_in = input_size;
    attributes.test.data_out = (uint64_t)(uintptr_t)output;
    attributes.test.data_size_out = *output_size;
    attributes.test.repeat = 1;
    int result = csystem_bpf(BPF_PROG_TEST_RUN, &attributes);
    *output_size = attributes.test.data_size_out;
    *verdict = attributes.test.retval;
    return result;
}

// BPF_LINK_CREATE: hangs a program on an interface for as long as the descriptor is open.
static inline int csystem_bpf_link(int program, unsigned int interface, int in_driver) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.link_create.prog_fd = (unsigned int)program;
    attributes.link_create.target_ifindex = interface;
    attributes.link_create.attach_type = BPF_XDP;
    attributes.link_create.flags = in_driver ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
    return csystem_bpf(BPF_LINK_CREATE, &attributes);
}

// SIOCETHTOOL: the name of an interface's driver; "" where there is none.
static inline void csystem_driver_name(int fd, const char *interface, char *name, size_t size) {
    struct ethtool_drvinfo information;
    struct ifreq request;
    memset(&information, 0, sizeof information);
    memset(&request, 0, sizeof request);
    information.cmd = ETHTOOL_GDRVINFO;
    strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
    request.ifr_data = (char *)&information;
    if (ioctl(fd, SIOCETHTOOL, &request) != 0) information.driver[0] = 0;
    strncpy(name, information.driver, size - 1);
    name[size - 1] = 0;
}

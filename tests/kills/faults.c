/* Makes one meeting of this process with the disk fail, or the last one: preloaded before the C library.

   Counted are writes, syncs, renames and removals of files under one folder, wherever they come from: Python, SQLite,
   SQLCipher. While they are only counted, each is told as a line on standard output: `call`, which, and the file. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum kind { COUNT, INPUT_OUTPUT, FULL, SHORT, SYNC, KILL };

static char folder[PATH_MAX];
static long at, passed;
static enum kind kind;

void muniment_faults(const char *under, long fault_at, int fault_kind) {
    strncpy(folder, under, sizeof folder - 1);
    at = fault_at, passed = 0, kind = fault_kind;
}

long muniment_passed(void) { return passed; }

/* Whether a call on this file fails; `half`: whether half of it is to be done before. A full disk stays full. */
static int fails_at(const char *path, const char *call, int *half) {
    int is_sync = strcmp(call, "sync") == 0;
    *half = 0;
    if (!folder[0] || strncmp(path, folder, strlen(folder)) != 0 || (kind == SYNC && !is_sync)) return 0;
    passed++;
    if (kind == COUNT) dprintf(STDOUT_FILENO, "call %s %s\n", call, path + strlen(folder));
    if (kind == COUNT || passed < at) return 0;
    if (strcmp(call, "remove") == 0 && kind != KILL) return 0;  /* a full disk takes a file back */
    if (kind == KILL) { if (passed == at) kill(getpid(), SIGKILL); return 0; }
    if (kind == FULL) { if (is_sync) return 0; errno = ENOSPC; return 1; }
    if (kind == SHORT) {
        if (is_sync) return 0;
        if (passed == at) { *half = 1; return 0; }
        errno = ENOSPC;
        return 1;
    }
    if (passed != at) return 0;
    errno = EIO;
    return 1;
}

static int fails(int descriptor, const char *call, int *half) {
    int saved = errno;
    char name[64], path[PATH_MAX];
    snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(name, path, sizeof path - 1);
    errno = saved;
    *half = 0;
    if (length < 0) return 0;
    path[length] = 0;
    return fails_at(path, call, half);
}

#define REAL(name, type, args) static type (*real) args; if (!real) real = dlsym(RTLD_NEXT, name)

ssize_t write(int descriptor, const void *content, size_t length) {
    REAL("write", ssize_t, (int, const void *, size_t));
    int half;
    if (fails(descriptor, "write", &half)) return -1;
    return real(descriptor, content, half ? length / 2 : length);
}

ssize_t pwrite(int descriptor, const void *content, size_t length, off_t place) {
    REAL("pwrite", ssize_t, (int, const void *, size_t, off_t));
    int half;
    if (fails(descriptor, "write", &half)) return -1;
    return real(descriptor, content, half ? length / 2 : length, place);
}

ssize_t pwrite64(int descriptor, const void *content, size_t length, off64_t place) {
    REAL("pwrite64", ssize_t, (int, const void *, size_t, off64_t));
    int half;
    if (fails(descriptor, "write", &half)) return -1;
    return real(descriptor, content, half ? length / 2 : length, place);
}

int fsync(int descriptor) {
    REAL("fsync", int, (int));
    int half;
    return fails(descriptor, "sync", &half) ? -1 : real(descriptor);
}

int fdatasync(int descriptor) {
    REAL("fdatasync", int, (int));
    int half;
    return fails(descriptor, "sync", &half) ? -1 : real(descriptor);
}

int ftruncate64(int descriptor, off64_t length) {
    REAL("ftruncate64", int, (int, off64_t));
    int half;
    return fails(descriptor, "write", &half) ? -1 : real(descriptor, length);
}

int ftruncate(int descriptor, off_t length) {
    REAL("ftruncate", int, (int, off_t));
    int half;
    return fails(descriptor, "write", &half) ? -1 : real(descriptor, length);
}

int rename(const char *from, const char *to) {
    REAL("rename", int, (const char *, const char *));
    int half;
    return fails_at(from, "rename", &half) ? -1 : real(from, to);
}

int unlink(const char *path) {
    REAL("unlink", int, (const char *));
    int half;
    return fails_at(path, "remove", &half) ? -1 : real(path);
}

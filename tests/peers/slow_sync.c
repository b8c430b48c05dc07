/* LD_PRELOAD: a disk that stalls. While the file named by SLOW_SYNC exists, fsync and fdatasync take 2 s longer; each such
 * call appends a byte to it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void stall(void) {
    const char *flag = getenv("SLOW_SYNC");
    int fd = flag ? open(flag, O_WRONLY | O_APPEND) : -1;
    if (fd < 0) return;
    if (write(fd, ".", 1) == 1) {
        struct timespec pause = {.tv_sec = 2};
        nanosleep(&pause, NULL);
    }
    close(fd);
}

int fsync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    stall();
    return real(fd);
}

int fdatasync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    stall();
    return real(fd);
}

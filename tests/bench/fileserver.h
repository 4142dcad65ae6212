#ifndef FILESERVER_H_
#define FILESERVER_H_

/*
 * A server of static files in a process of its own: one thread, epoll, sendfile,
 * connections kept.  It stands for any web server in front of the repository.
 */

#include <sys/types.h>

struct fileserver {
	pid_t pid;
	char address[64];	/* "http://127.0.0.1:PORT" */
};

/**
 * fileserver_start(s, dir): Serve the files below dir.  Return 0, or -1 with errno.
 * fileserver_stop(s, cpu): End it; *cpu is the processor time that it took, in seconds.
 */
int fileserver_start(struct fileserver *s, const char *dir);
void fileserver_stop(struct fileserver *s, double *cpu);

#endif /* !FILESERVER_H_ */

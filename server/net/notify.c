#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "notify.h"

#define FIRST_FD 3
#define FDS_MAX 256

static struct sockaddr_un manager;
static socklen_t manager_len;
static int64_t watchdog_ms;
static int nfds;		/* handed over: FIRST_FD .. */
static unsigned char taken[FDS_MAX];

/* Return a variable as a number not below 0, or -1. */
static int64_t
number(const char *name)
{
	const char *s = secure_getenv(name);
	char *end;
	long long v;

	if (s == NULL || *s < '0' || *s > '9')
		return (-1);
	errno = 0;
	v = strtoll(s, &end, 10);
	return (errno == 0 && *end == '\0' ? v : -1);
}

/* Remember where the manager listens. */
static void
find_manager(void)
{
	const char *s = secure_getenv("NOTIFY_SOCKET");
	size_t len;

	if (s == NULL || (s[0] != '/' && s[0] != '@'))
		return;
	len = strlen(s);
	if (len >= sizeof(manager.sun_path))
		return;
	manager.sun_family = AF_UNIX;
	memcpy(manager.sun_path, s, len + 1);
	manager_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (s[0] == '@')
		manager.sun_path[0] = '\0';
	else
		manager_len++;
}

/* Read what the service manager put into the environment. */
void
notify_init(void)
{
	int64_t v;

	find_manager();
	v = number("WATCHDOG_PID");
	if (v == -1 || v == getpid()) {
		v = number("WATCHDOG_USEC");
		watchdog_ms = v > 0 ? v / 2000 : 0;
	}
	if (number("LISTEN_PID") == getpid() && (v = number("LISTEN_FDS")) > 0)
		nfds = v < FDS_MAX ? (int)v : FDS_MAX;
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_PID");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
}

/* Send one datagram. */
void
notify_send(const char *state)
{
	int fd, saved = errno;

	if (manager_len == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd != -1) {
		(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL |
		    MSG_DONTWAIT, (struct sockaddr *)&manager, manager_len);
		(void)close(fd);
	}
	errno = saved;
}

/* Return the time between two signs of life. */
int64_t
notify_watchdog_ms(void)
{

	return (watchdog_ms);
}

/* Is this a socket that listens at the path? */
static int
listens_at(int fd, const char *path)
{
	struct sockaddr_un un;
	socklen_t len = sizeof(un), one = sizeof(int);
	int listening = 0;

	memset(&un, 0, sizeof(un));
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &one) != 0 ||
	    !listening)
		return (0);
	if (getsockname(fd, (struct sockaddr *)&un, &len) != 0 ||
	    un.sun_family != AF_UNIX)
		return (0);
	return (strncmp(un.sun_path, path, sizeof(un.sun_path)) == 0);
}

/* Find a socket that was handed over. */
int
notify_listener(const char *path)
{
	int i, fd, flags;

	for (i = 0; i < nfds; i++) {
		fd = FIRST_FD + i;
		if (taken[i] || !listens_at(fd, path))
			continue;
		flags = fcntl(fd, F_GETFL);
		if (flags == -1 || fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ||
		    fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
			return (-1);
		taken[i] = 1;
		return (fd);
	}
	return (-1);
}

/* Close what nobody took. */
int
notify_rest(void)
{
	int i, n = 0;

	for (i = 0; i < nfds; i++) {
		if (taken[i])
			continue;
		taken[i] = 1;
		(void)close(FIRST_FD + i);
		n++;
	}
	return (n);
}

/* Strangers who connect to the port for links, and say nothing. */
#include <sys/socket.h>

#include <criterion/criterion.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "plugin.h"

#include "city.h"

#define SILENT 256		/* connections that are always there */

TestSuite(link_crowd, .timeout = 95);

struct crowd {
	struct sockaddr_in to;
	struct pollfd fd[SILENT];
	atomic_int stop;
	pthread_t thread;
};

/* Connect from another address than nodes do. */
static int
dial(const struct crowd *w)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	from.sin_addr.s_addr = htonl(0x7f000002);
	if (s != -1) {
		(void)bind(s, (struct sockaddr *)&from, sizeof(from));
		(void)connect(s, (const struct sockaddr *)&w->to,
		    sizeof(w->to));
	}
	return (s);
}

/* Come back whenever it is hung up on. */
static void *
stand(void *arg)
{
	struct crowd *w = arg;
	int i;

	for (i = 0; i < SILENT; i++)
		w->fd[i] = (struct pollfd){ .fd = dial(w), .events = POLLIN };
	while (!atomic_load(&w->stop)) {
		(void)poll(w->fd, SILENT, 20);
		for (i = 0; i < SILENT; i++)
			if (w->fd[i].revents != 0) {
				(void)close(w->fd[i].fd);
				w->fd[i].fd = dial(w);
				w->fd[i].revents = 0;
			}
	}
	for (i = 0; i < SILENT; i++)
		(void)close(w->fd[i].fd);
	return (NULL);
}

/* However many of them there are, a node is let in. */
Test(link_crowd, does_not_stand_in_a_nodes_way)
{
	static struct crowd w;
	struct city_node *city, *b;
	struct city *c = city_two(&city, &b);

	city_start(city);
	w.to.sin_family = AF_INET;
	w.to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	w.to.sin_port = htons((uint16_t)city->port);
	cr_assert_eq(pthread_create(&w.thread, NULL, stand, &w), 0);
	city_say(city, "that do not say which node they are", 0);
	city_start(b);
	city_linked(b, 0);
	atomic_store(&w.stop, 1);
	cr_assert_eq(pthread_join(w.thread, NULL), 0);
	cr_assert_eq(city_open(b, 1)->decision, LK_PASS);
	city_end(c);
}

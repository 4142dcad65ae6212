#include <sys/prctl.h>
#include <sys/resource.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "tool.h"

/* Leave no core and no debugger's view: applicants' data passes through. */
static int
harden(void)
{
	const struct rlimit none = { 0, 0 };
	int fd;

	do {
		if ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0)
			return (-1);
	} while (fd <= STDERR_FILENO);
	(void)close(fd);
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return (-1);
	return (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

int
main(int argc, char **argv)
{
	struct tool t;

	tool_init(&t, stdin, stdout, stderr);
	if (harden() != 0)
		return (tool_fail(&t, TOOL_SYSTEM, "无法保护本进程",
		    "cannot protect this process"));
	return (tool_flush(&t, commands_run(&t, argc, argv)));
}

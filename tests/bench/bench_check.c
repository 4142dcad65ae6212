/*
 * bench_check: put the load on a liangkad and print one line of figures (times
 * in microseconds).  Any reply with an error makes it fail.
 */
#include <stdlib.h>

#include "load.h"

int
main(int argc, char **argv)
{
	static struct load l;
	struct load_options o;

	if (load_args(&o, argc, argv) < 0)
		return (64);
	if (load_run(&o, &l) < 0)
		return (EXIT_FAILURE);
	load_print(&o, &l, "check");
	return (EXIT_SUCCESS);
}

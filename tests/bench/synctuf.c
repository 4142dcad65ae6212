/* The repositories that bench_sync publishes are made by the kit of the tests. */
#include "lists/tufkit.c"

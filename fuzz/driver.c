#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Runs a fuzz target over files without libFuzzer: every file named, and every
 * file of every folder named.  Each input lies in memory of exactly its size, so
 * that a sanitizer sees a read past it.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long runs;

/* Run one file; return -1 when it cannot be read. */
static int
run_file(const char *path)
{
	uint8_t *data;
	long size;
	FILE *f;

	if ((f = fopen(path, "rb")) == NULL || fseek(f, 0, SEEK_END) != 0 ||
	    (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) != 0) {
		perror(path);
		return (-1);
	}
	if ((data = malloc(size > 0 ? (size_t)size : 1)) == NULL ||
	    fread(data, 1, (size_t)size, f) != (size_t)size) {
		perror(path);
		exit(1);
	}
	fclose(f);
	(void)LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
	runs++;
	return (0);
}

/* Run a file, or all files of a folder. */
static int
run_path(const char *path)
{
	struct dirent *d;
	char name[4096];
	int rc = 0;
	DIR *dir;

	if ((dir = opendir(path)) == NULL)
		return (run_file(path));
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, d->d_name);
		if (run_file(name) != 0)
			rc = -1;
	}
	closedir(dir);
	return (rc);
}

int
main(int argc, char *argv[])
{
	int i, rc = 0;

	for (i = 1; i < argc; i++)
		if (run_path(argv[i]) != 0)
			rc = -1;
	printf("%lu inputs\n", runs);
	return (rc != 0 || runs == 0);
}

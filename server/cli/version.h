#ifndef LIANGKA_CLI_VERSION_H_
#define LIANGKA_CLI_VERSION_H_

/* The version of the program; the makefile sets it. */
#ifndef LIANGKA_VERSION
#define LIANGKA_VERSION "1.0.0"
#endif

#endif /* !LIANGKA_CLI_VERSION_H_ */

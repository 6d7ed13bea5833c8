#define GREETING "Hello"

void greet(const char *name);

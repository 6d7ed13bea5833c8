#include "count.h"
#include "greeting.h"
#include <stdio.h>

int main(int argc, char **argv) {
  greet(argv[argc - 1]);
  printf("%d letters\n", count(argv[argc - 1]));
  return 0;
}

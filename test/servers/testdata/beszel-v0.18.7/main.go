// Beszel's hub is built from its own module, whose packages are internal. This module pins it.
package main

func main() {}

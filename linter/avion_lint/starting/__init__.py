"""What `avion-lint init` writes into a repository; the files themselves lie beside this module."""

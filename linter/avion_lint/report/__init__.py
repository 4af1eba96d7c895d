"""Reports: a module a format, each a pure function of a Verdict."""

"""Compatibility: releases of the application that run while and after the schema changes."""

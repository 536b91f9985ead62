"""Runs a plan: rows stream from step to step; pictures of any kind go in and out."""

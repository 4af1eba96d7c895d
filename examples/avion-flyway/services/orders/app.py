"""Serves orders; it never migrates its own database."""

from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    """Answers that it is there."""

    def do_GET(self) -> None:
        """Answer any path without a body."""
        self.send_response(204)
        self.end_headers()


HTTPServer(("", 8080), Handler).serve_forever()

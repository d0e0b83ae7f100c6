# SPDX-License-Identifier: LGPL-2.1-or-later
"""notify-program.py ADDRESS: prints each datagram that comes to a Unix socket, in JSON, a line each; a first line says that it listens.

ADDRESS as in NOTIFY_SOCKET: a path, or a name behind @. Node has no such sockets.
"""
import json
import socket
import sys

address = sys.argv[1]
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
  listener.bind('\0' + address[1:] if address.startswith('@') else address)
  print(json.dumps('listens'), flush=True)
  while True:
    print(json.dumps(listener.recv(65536).decode()), flush=True)

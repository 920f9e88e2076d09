"""One program per peer: reads the book of `portfolio_peers`, computes, prints its figures as JSON.

Each runs in a process and, where the peer is a package, in a Python environment of its own, so
that the programs of peers import nothing of ours. None holds code of a peer.
"""

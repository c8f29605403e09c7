// The system's own types and constants of sockets and addresses.

#ifndef SOMEOS_TOOLS_RELAY_SYSTEM_SOCKETS_H_
#define SOMEOS_TOOLS_RELAY_SYSTEM_SOCKETS_H_

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
// It needs those before it.
#include <afunix.h>
#else
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#endif

#endif  // SOMEOS_TOOLS_RELAY_SYSTEM_SOCKETS_H_

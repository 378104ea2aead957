"""Reference: an echo with the ``websockets`` library and nothing else."""

import asyncio

from websockets.asyncio.server import ServerConnection, serve


async def echo(connection: ServerConnection) -> None:
    """Send back what comes."""
    async for message in connection:
        await connection.send(message)


async def main() -> None:
    """Serve on any free port until ended."""
    async with serve(echo, "127.0.0.1", 0, compression=None, backlog=2048) as server:
        print(f"ready :{next(iter(server.sockets)).getsockname()[1]}", flush=True)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main())

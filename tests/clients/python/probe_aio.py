"""The probe of the asyncio client: see faults/run.py."""

import asyncio
import signal
import sys

from kyc_gateway import CursorFile, GatewayError
from kyc_gateway.aio import Gateway
from probe import CALLS, card, clients, options, result, say, told


async def calls(*where):
    opened = clients(Gateway, *where)
    for name, client, method, request, timeout in CALLS:
        try:
            say(f"{name}: {result(await getattr(opened[client], method)(request, timeout))}")
        except GatewayError as error:
            say(f"{name}: {told(error)}")
    for client in opened.values():
        await client.close()


async def repeat(address, reference):
    request = card(reference)
    async with Gateway(address, plaintext=True) as gateway:
        while True:
            try:
                await gateway.validate_id(request)
                return say(f"OK id={request.request_id}")
            except GatewayError as error:
                say(told(error))
                if not error.may_repeat():
                    return None
                await asyncio.sleep(0.1)


async def watch(address, file, what):
    async with Gateway(address, plaintext=True) as gateway:
        watch = gateway.watch_upgrades(CursorFile(file), options(what))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, watch.stop)
        last = None
        try:
            async for batch in watch:
                for event in batch.events:
                    say(f"event {event.sequence} {event.original_reference_no}")
                await batch.confirm()
                await (last or batch).confirm()  # Moves nothing back.
                last = batch
        except GatewayError as error:
            say(f"failed {error.code.name} {error.reason_text}")
            sys.exit(1)
    say("stopped")


asyncio.run({"calls": calls, "repeat": repeat, "watch": watch}[sys.argv[1]](*sys.argv[2:]))

# The agent in a container: two stages, hash-locked dependencies, compiled bytecode, no root.
#
#   docker build -t shipper .
#   docker run --read-only --tmpfs /tmp -v ./config.yml:/etc/shipper/config.yml:ro \
#       -v shipper-data:/var/lib/shipper -v /var/log/app:/var/log/app:ro shipper
#
# Any image with Python 3.11 or newer, its pip and its venv will do as BASE. For builds that can be repeated, pin it by
# digest: find it with `docker buildx imagetools inspect python:3.13-slim` and build with
# `--build-arg BASE=python:3.13-slim@sha256:…`.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
COPY requirements/run.txt /tmp/run.txt
# No pip in what is shipped: the environment is made without one and filled from outside.
RUN python3 -m venv --without-pip /opt/shipper \
 && python3 -m pip --python /opt/shipper/bin/python3 install \
        --no-cache-dir --no-compile --require-hashes --only-binary :all: -r /tmp/run.txt
COPY shipper /tmp/package/shipper
COPY pipelines /tmp/package/shipper/ready
COPY LICENSE /opt/shipper/LICENSE
# Hash-based bytecode stays valid whatever happens to the files' times.
RUN cp -R /tmp/package/shipper "$(/opt/shipper/bin/python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/" \
 && printf '%s\n' '#!/opt/shipper/bin/python3' 'from shipper.cli import main' 'raise SystemExit(main())' \
        > /opt/shipper/bin/shipper \
 && chmod 755 /opt/shipper/bin/shipper \
 && /opt/shipper/bin/python3 -m compileall -q --invalidation-mode unchecked-hash /opt/shipper/lib

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="shipper" \
      org.opencontainers.image.description="Ships log files to Elasticsearch and OpenSearch: nothing lost, nothing twice, and it can prove it." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.documentation="README.md" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.vendor="Shipper"
# The official images come without bytecode of the standard library; with a read-only root it would be compiled anew at
# every start. What no agent imports is left out.
RUN python3 -m compileall -q --invalidation-mode unchecked-hash \
        -x '/(test|tests|idlelib|tkinter|turtledemo|lib2to3|ensurepip|pydoc_data|(site|dist)-packages)/' \
        "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
 && mkdir -p /etc/shipper /var/lib/shipper \
 && chown 10001:10001 /var/lib/shipper
COPY --from=build /opt/shipper /opt/shipper
# Two malloc arenas: by default each thread may get its own, and they do not shrink.
ENV PATH=/opt/shipper/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2
USER 10001:10001
RUN ["shipper", "version"]
WORKDIR /var/lib/shipper
VOLUME /var/lib/shipper
STOPSIGNAL SIGTERM
# A bare socket: starting the whole command every 30 s would cost more than the agent. SHIPPER_PORT: where http.port is
# not 5066. In Kubernetes use an httpGet probe on /healthz instead.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/opt/shipper/bin/python3", "-I", "-S", "-c", "import os, socket, sys; s = socket.create_connection(('127.0.0.1', int(os.environ.get('SHIPPER_PORT', 5066))), 3); s.sendall(b'GET /healthz HTTP/1.0\\r\\n\\r\\n'); sys.exit(b' 200 ' not in s.recv(64))"]
ENTRYPOINT ["shipper"]
CMD ["run", "-c", "/etc/shipper/config.yml"]

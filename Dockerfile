# A Docker Space, or any container host. Port 7860, user 1000, data in /data.
FROM python:3.11-slim

RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev curl && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 user && mkdir /data && chown user:user /data
USER 1000
ENV HOME=/home/user PATH=/home/user/.local/bin:$PATH PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 SPORC_VIST_DATA=/data
WORKDIR /home/user/app

COPY --chown=user requirements.txt .
RUN pip install --user -r requirements.txt
COPY --chown=user . .

VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD curl --fail --silent http://127.0.0.1:7860/healthz || exit 1
CMD ["python", "-m", "app", "--host", "0.0.0.0", "--port", "7860"]

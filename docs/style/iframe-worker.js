// Browsers refuse a worker to a page that is opened from a disk. The search's script then runs in a hidden frame instead, so
// that build/site/index.html can be searched without a server. The theme looks for the name IFrameWorker.
if (location.protocol === "file:") {
  window.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super();
      this.waiting = [];
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.addEventListener("load", () => this.begin(frame.contentWindow, new URL(url, location.href).href), { once: true });
      document.body.append(frame);
    }

    begin(inner, url) {
      const load = (source) =>
        new Promise((done, failed) => {
          const script = inner.document.createElement("script");
          Object.assign(script, { src: source, onload: done, onerror: failed });
          inner.document.body.append(script);
        });
      inner.importScripts = (...sources) =>
        sources.reduce((before, one) => before.then(() => load(new URL(one, url).href)), Promise.resolve());
      inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      load(url).then(
        () => {
          this.inner = inner;
          this.waiting.splice(0).forEach((data) => this.postMessage(data));
        },
        () => this.dispatchEvent(new ErrorEvent("error", { message: `${url} cannot be read` })),
      );
    }

    postMessage(data) {
      if (this.inner === undefined) this.waiting.push(data);
      else this.inner.dispatchEvent(new this.inner.MessageEvent("message", { data }));
    }

    terminate() {
      this.inner?.frameElement.remove();
    }
  };
  window.Worker = window.IFrameWorker;
}

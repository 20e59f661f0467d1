/** What a browser shows in place as a picture. */
export const isPicture = (mime) => /^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(mime ?? "");

/** Where a stored file is read. `name`: for whoever saves it. */
export const blobPath = (blob, name) =>
  `/api/v1/blobs/${blob}${name ? `?name=${encodeURIComponent(name)}` : ""}`;

/** What became of an upload that did not work. */
export class Refused extends Error {
  constructor(problem) {
    super(problem?.title ?? "");
    this.problem = problem ?? { code: "offline" };
  }
}

/**
 * Brings a file to a thread; gives what a message needs to name it.
 *
 * @param {{url: string, file: Blob, token?: string, progress?: (share: number) => void, signal?: AbortSignal}} upload
 * @returns {Promise<{blob: string, mime: string, size: number, name: string, kind: string}>}
 */
export function upload({ url, file, token, progress, signal }) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", url);
    if (token) call.setRequestHeader("authorization", `Bearer ${token}`);
    call.setRequestHeader("content-type", file.type || "application/octet-stream");
    call.upload.onprogress = ({ loaded, total }) => progress?.(total ? loaded / total : 0);
    call.onerror = () => reject(new Refused());
    call.onabort = () => reject(new Refused({ code: "aborted" }));
    call.onload = () => {
      const answer = parsed(call.responseText);
      if (call.status === 200 && answer) resolve(answer);
      else reject(new Refused(answer ?? { code: "internal", title: String(call.status) }));
    };
    signal?.addEventListener("abort", () => call.abort());
    call.send(file);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

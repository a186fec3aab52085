/** The worker of a replica on WebGPU, whose device is lost when it is told to. */
import "../../src/inference/replica_worker.ts";

const devices: GPUDevice[] = [];
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor);
  devices.push(device);
  return device;
};

globalThis.addEventListener("message", (event) => {
  const { data } = event as MessageEvent<{ readonly loseDevice?: boolean }>;
  if (data.loseDevice) devices.forEach((device) => device.destroy());
});
